"""Reviews: from vendors' files to the star."""

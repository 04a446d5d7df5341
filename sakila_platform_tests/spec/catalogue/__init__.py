"""The catalogue: from CSV files and TMDB to the star."""

"""The film and series catalogue: titles from files and TMDB, and what the public prefers of horror."""

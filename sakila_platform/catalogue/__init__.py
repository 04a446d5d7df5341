"""The film and series catalogue: titles from files and TMDB, and what the public prefers of horror.

Not how days are worked through, published or shown.
"""

"""The catalogue's CSV files: found, read line by line, kept.

Not TMDB.
"""

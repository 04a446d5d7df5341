"""TMDB: what is asked of it, how it is asked, and how its answers come to raw, a day at a time.

Not what refined makes of it.
"""

"""A server in the shape of TMDB with generated titles, and the CSV files that go with them: for demo and tests.

Not for production: nothing but the demonstration and tests imports it.
"""

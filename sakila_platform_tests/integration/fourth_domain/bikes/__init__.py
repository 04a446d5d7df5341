"""Bikes hired at the stations of a city."""

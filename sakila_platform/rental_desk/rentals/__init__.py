"""Renting and returning at the desk, and what is there to rent.

Not who asks.
"""

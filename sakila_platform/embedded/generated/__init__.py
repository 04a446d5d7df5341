"""A Sakila of our own making, for where the official one can't be had: seeded, invented, alike in its habits."""

"""Sources of our own making, for demonstration and tests: seeded, invented, alike in shape, size and habits.

Not how deliveries are read.
"""

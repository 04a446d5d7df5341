"""The rental business: Sakila's tables, the star, and one module per layer.

Not how days are worked through, published or shown.
"""

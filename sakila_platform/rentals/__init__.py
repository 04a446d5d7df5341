"""The rental business: Sakila's tables, the star, and one module per layer."""

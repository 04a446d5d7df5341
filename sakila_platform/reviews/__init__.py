"""Movie-review analytics: what reviewers think, by place, device and day, and what they spend.

Not how days are worked through, published or shown.
"""

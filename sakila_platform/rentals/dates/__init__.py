"""The Date dimension of the rental business: what its days are, and years of it in the lake.

Not the partitions that runs go by.
"""

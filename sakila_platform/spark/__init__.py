"""The Glue lane: stage and final computed on Spark, around the same contracts, SQL and publishing as the local lane.

Not what a table means, and not which job there is.
"""

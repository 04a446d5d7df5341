"""One factory per layer: declarations in, assets and checks out.

Not how a day is worked through.
"""

"""A dashboard's declaration as QuickSight has it: data sets, definition, and the order in which they are published.

Not which charts there are.
"""

"""The shop and other databases as Spark reads them.

Not what is made of the rows.
"""

"""The lake on S3 or a store that speaks like it.

Not what is stored there.
"""

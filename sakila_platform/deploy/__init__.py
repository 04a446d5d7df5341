"""The platform in an AWS account: what there shall be, what there is, and how the one becomes the other.

Not what its jobs and functions do.
"""

"""What can be set, by subject, and the only reader of the environment.

Not what a setting does.
"""

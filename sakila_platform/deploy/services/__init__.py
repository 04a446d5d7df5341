"""AWS services: describe, ensure and delete one kind of resource each.

Not which resources there are.
"""

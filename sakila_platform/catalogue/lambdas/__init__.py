"""Handlers of the functions that the catalogue has in AWS Lambda: thin, around modules that know nothing of AWS.

Not the work itself.
"""

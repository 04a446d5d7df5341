"""Handlers that AWS Lambda calls: thin, around modules that know nothing of AWS.

Not the work itself.
"""

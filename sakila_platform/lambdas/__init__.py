"""What a function in AWS Lambda needs, whatever its work: logins, secrets, the day that it is about, its log's lines.

Not a handler: each is in the package of its domain, which declares the function.
"""

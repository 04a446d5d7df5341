"""IAM and Secrets Manager.

Not who needs what (``deploy.policies``).
"""

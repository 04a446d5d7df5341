"""What is uploaded for an environment: scripts, wheel, Lambda archives.

Not the resources that use it.
"""

"""What a business declares of itself, for whoever runs, shows, queries or deploys it.

Not how any of it is done, and nothing of any one business.
"""

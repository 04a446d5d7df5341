"""Pages, forms, JSON and the server of the rental desk.

No SQL and no rule of business.
"""

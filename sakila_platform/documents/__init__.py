"""Documents that are drawn from declarations: the data model, the table of settings.

Nothing that a run needs.
"""

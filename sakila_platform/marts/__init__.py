"""What is asked of lake and warehouse: dbt models, questions and their plots.

Not the SQL itself.
"""

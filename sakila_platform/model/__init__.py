"""What a table is: contracts and their rules, names, days, outcomes, queries as text.

Pure: nothing here reaches a file, a server or Dagster.
"""

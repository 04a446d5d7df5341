"""Stage to final: SQL read, built, judged and published.

Not what the SQL says.
"""

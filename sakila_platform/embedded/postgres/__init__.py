"""The private PostgreSQL: its binaries, its folder, and how it is started and stopped.

Not what is kept in it.
"""

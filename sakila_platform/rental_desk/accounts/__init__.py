"""Who may sign in at the desk: people, passwords, attempts.

Not what they rent.
"""

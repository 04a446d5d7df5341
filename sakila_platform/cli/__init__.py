"""The command line: one file per command, and the terminal.

No work of its own: a command hands over and reports.
"""

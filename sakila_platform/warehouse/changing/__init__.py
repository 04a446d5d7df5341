"""Tables of a warehouse that follow their contracts: what differs, what is brought by itself, what has to be declared.

Not how rows are loaded, nor what a table is.
"""

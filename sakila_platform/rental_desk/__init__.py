"""The shop's counter as a web application: pages for people, JSON for programs. Knows Flask, not Dagster.

Not the simulation, and not what stage makes of a rental.
"""

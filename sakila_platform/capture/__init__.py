"""Source to stage: slices of events, snapshots, members, checksums.

Not what a source's tables are.
"""

"""The local lane: stage, final and warehouse computed in the run's own process with Arrow and DuckDB."""

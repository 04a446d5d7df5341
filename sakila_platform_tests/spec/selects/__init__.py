"""What each SELECT makes of its rows, on DuckDB and on Spark alike."""

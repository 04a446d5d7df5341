"""What is in the lake."""

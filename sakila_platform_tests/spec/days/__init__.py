"""What a day means."""

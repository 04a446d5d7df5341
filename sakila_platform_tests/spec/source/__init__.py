"""What comes from the shop."""

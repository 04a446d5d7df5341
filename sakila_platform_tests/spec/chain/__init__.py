"""From the shop to the answers."""

"""Changing it: a contract that changes takes the warehouse along, or says what it needs."""

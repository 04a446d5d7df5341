"""What every call to AWS shares: its errors in one line, CloudWatch metrics.

A service that one room uses is in that room.
"""

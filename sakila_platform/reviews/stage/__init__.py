"""Days of reviews brought to stage, in this process and on Spark.

Not how a vendor's file or a purchase is read.
"""

"""What a finished sweep says: which parameters matter, where a strategy loses, where it breaks even, what to regret.

Pure functions over two tables. `points` has a row a point, indexed by its number, and a column a varied parameter
(dotted key, numbers or categories). `deltas` has the columns point, replication and delta: $ of net present value of a
strategy less the baseline's, paired by replication.
"""

"""The same workloads written for other engines, as a competent user of each would write them.

Every rival makes the checks of the library and gives its results. `prepare` hands a table to the
engine and is not timed.
"""

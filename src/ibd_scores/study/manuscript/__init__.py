"""The tables of a manuscript: a Word file as journals want it, and a workbook of every aggregate.

Nothing is computed here. The Word file is set from the tables that the executed notebooks show, the
workbook from these and from the CSV files that the notebooks wrote.
"""

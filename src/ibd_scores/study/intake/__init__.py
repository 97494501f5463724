"""How data get in: the words of every column, the entry form, the REDCap dictionary."""

"""Getting a hospital's tables in: their words, an entry form, a first draft of `cohort.toml`."""

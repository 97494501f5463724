"""The catalogue: published indices and gradings as data, by area."""

"""Measurements; each is run by hand, and none is a test."""

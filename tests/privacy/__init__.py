"""Retention, breaches, the data map, copies without names."""

"""Texts that tell of the same thing."""

"""Copies of texts and ratings for training and tests, from which nobody finds their way back to a person."""

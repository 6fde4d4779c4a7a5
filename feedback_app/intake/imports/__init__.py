"""Feedback that was collected elsewhere: a file is read, checked, staged, and published all at once."""

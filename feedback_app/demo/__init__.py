"""Four invented years of four cities, so that everything the platform does can be tried at once.

The people are invented, the texts come from the project's own corpus. Nothing here is a statement about a real office.
"""

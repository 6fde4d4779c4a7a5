"""Accounts of staff, and what each may do where."""

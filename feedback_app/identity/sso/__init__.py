"""Accounts of other identity providers, and what their claims give here."""

"""Agencies, their units and services, civil servants and the posts they hold from day to day."""

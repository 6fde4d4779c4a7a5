"""Offices whose true quality is known, to see what a method makes of them. Pure arithmetic."""

"""Additive figures by unit, service, day and channel, that can always be counted again from the rows."""

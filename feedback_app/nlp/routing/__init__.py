"""Which sector a message speaks of, and which unit it may be meant for."""

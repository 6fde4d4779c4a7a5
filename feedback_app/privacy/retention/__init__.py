"""How long personal data stays: rules in force, what is due, what was forgotten."""

"""How long personal data stays, what its owners may ask for, and what is told when it leaks."""

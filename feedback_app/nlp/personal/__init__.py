"""Finding personal data in a text, and taking it out."""

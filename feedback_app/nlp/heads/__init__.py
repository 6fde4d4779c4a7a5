"""Linear heads over counted words: features, fitting, validation, and when to say nothing."""

"""In whose hands a case is, and how it comes into others': assigned, sent on, past the unit, referred away."""

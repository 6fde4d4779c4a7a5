"""The cases of a period that somebody answered for: how long people waited, and what they say of the answer."""

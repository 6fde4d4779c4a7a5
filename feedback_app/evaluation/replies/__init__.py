"""What an employee sees of themselves, and what they say against it."""

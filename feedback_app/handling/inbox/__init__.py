"""What waits for somebody, and how cases are found: the question to the inbox, its answer, words that are searched."""

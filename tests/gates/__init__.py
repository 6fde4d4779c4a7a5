"""What the tests of access, of hostile words and of two officers at once share."""

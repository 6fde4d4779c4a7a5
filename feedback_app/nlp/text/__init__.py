"""From raw text to the line of tokens that is counted."""

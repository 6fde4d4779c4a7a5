"""What an officer says to the citizen: the answer and its proof, templates with braces to fill in, every other word."""

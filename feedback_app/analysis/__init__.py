"""What the classifier read in a submission, kept apart from what the citizen wrote."""

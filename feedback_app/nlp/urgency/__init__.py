"""What must not wait: the model's answer and transparent rules together."""

"""What leaders see in time: signals, candidates, training needs, and who is not heard."""

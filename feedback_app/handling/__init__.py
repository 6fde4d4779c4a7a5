"""A complaint's life: opened, answered, confirmed or disputed by the citizen, closed."""

"""From ratings to evidence for a person: who was responsible, how sure the figure is, and which rows it came from."""

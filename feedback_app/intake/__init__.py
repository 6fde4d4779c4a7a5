"""Feedback exactly as the citizen sent it: ratings, complaints, visit tokens, imports."""

"""The satisfaction survey (SKM): questionnaires, periods, responses, the index and what follows from it."""

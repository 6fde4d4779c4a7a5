"""What a citizen can do with a tracking code: follow, add words, join, ask for their data or have them erased."""

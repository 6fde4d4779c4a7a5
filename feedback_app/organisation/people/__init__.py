"""Civil servants and their posts: imported, dated twice, shared, and corrected by two people where the past changes."""

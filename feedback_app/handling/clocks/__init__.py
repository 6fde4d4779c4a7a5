"""How long the office has: rules and calendars in force, deadlines, pauses, extensions, the ladder of a late case."""

"""Break-glass: an operator's sight of one agency for minutes, agreed to by a second person and shown to the agency."""

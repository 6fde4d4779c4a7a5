"""What the pages accept: kind messages here, the truth in the rooms' rules."""

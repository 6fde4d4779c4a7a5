"""When personal data came into wrong hands: the clock, the notices, who was told."""

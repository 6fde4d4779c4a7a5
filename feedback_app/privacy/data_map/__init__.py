"""What personal data the platform holds, column by column: why, on which ground, how long, and who sees it (Ps 31)."""

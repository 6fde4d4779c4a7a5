"""What a figure rests on, small numbers held back, and the pack that leaves the platform."""

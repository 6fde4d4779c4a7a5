"""Many cases at once: reports of the same merged, one text to many, one act on a list that can be taken back."""

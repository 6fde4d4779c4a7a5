"""What everybody may read: released complaints, their history, and what a unit changed because of them."""

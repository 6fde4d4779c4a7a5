"""What those who look after an agency may read of its audit trail."""

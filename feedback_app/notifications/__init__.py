"""Messages owed to citizens and staff: rows first, delivered by a job, never with the words of a complaint."""

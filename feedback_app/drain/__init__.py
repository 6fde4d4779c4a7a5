"""The way of a submission from "received" to "read, opened, counted": in batches, each in one transaction."""

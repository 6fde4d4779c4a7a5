"""What is counted over many cases: the dashboard and its recount, how long people wait, figures for the public."""

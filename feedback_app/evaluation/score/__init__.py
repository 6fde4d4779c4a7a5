"""From sums of ratings to a figure for a person: baseline, variances, shrinkage, band. Pure arithmetic."""

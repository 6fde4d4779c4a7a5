"""Who answers for which ratings, at which declared level, and what counted for whom."""

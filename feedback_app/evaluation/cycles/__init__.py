"""The life of a cycle: computed, answered to, reviewed, signed by two, frozen, and doubted."""

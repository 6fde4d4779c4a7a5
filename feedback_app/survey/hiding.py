"""Which of several counts must stay hidden, so that none of few people can be worked out from the others. Pure.

Whoever knows the sum takes what is shown from it and has the sum of what is hidden. Therefore small counts are hidden
together with the next smallest, until at least two are hidden and their sum is no longer small either. A zero beside
them is hidden as well: shown, it would leave fewer cells to which the rest can belong.
"""

from __future__ import annotations

from collections.abc import Sequence


def hidden(counts: Sequence[int], least: int) -> frozenset[int]:
    """Return the places of the counts that stay hidden; none where no count lies between zero and `least`.

    >>> sorted(hidden([10, 8, 1, 1], 5)), sorted(hidden([0, 20, 20], 5)), sorted(hidden([20, 1, 1], 10))
    ([1, 2, 3], [], [0, 1, 2])
    """
    if not any(0 < count < least for count in counts):
        return frozenset()
    found = {at for at, count in enumerate(counts) if count < least}
    for at in sorted(set(range(len(counts))) - found, key=lambda at: counts[at]):
        if sum(counts[one] for one in found) >= least:
            break
        found.add(at)
    return frozenset(found)

"""When a figure rests on so few ratings that it would tell what one citizen said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

FIGURES_FROM_N: Final = 30
"""Least number of ratings behind any figure of a person.

From the mean of 10 ratings, all four values equally likely, the best guess at one of them is right in 34 %, of 20 in
31 %, of 30 in 29.9 %: thirty is the first number under 30 % (chance is 25 %). Nothing is concluded from fewer anyway.
"""

COMMENTS_FROM_N: Final = 10
"""Least number of ratings before comments are shown: under it, the author of one could be told among a handful."""

ITEMS_FROM_N: Final = 30
"""Least number of counted ratings before the negative ones are listed one by one, so that they can be contested."""


def too_few(n: int) -> bool:
    """Tell whether a number of ratings is more than none and fewer than a figure may rest on.

    >>> too_few(0), too_few(1), too_few(29), too_few(30)
    (False, True, True, False)
    """
    return 0 < n < FIGURES_FROM_N


def withheld(n: int, n_in_nested_shown: int = 0) -> bool:
    """Tell whether a figure of `n` ratings must be withheld.

    Fewer than thirty are; so are more, where all but one to twenty-nine of them stand in another figure that is shown:
    the difference of two figures is a figure too.

    Parameters
    ----------
    n
        Ratings that count in the figure.
    n_in_nested_shown
        How many of them count in other figures that are shown: of the cycles within the period, of the period around
        it, of one person within a unit; 0 where there is none.

    Raises
    ------
    ValueError
        A count is negative.

    >>> withheld(29), withheld(30), withheld(90, 61), withheld(90, 60), withheld(90, 90)
    (True, False, True, False, False)
    """
    if n < 0 or n_in_nested_shown < 0:
        raise ValueError("counts must not be negative")
    return n < FIGURES_FROM_N or too_few(abs(n - n_in_nested_shown))


def hold_back(sizes: Sequence[int], elsewhere: Sequence[Sequence[int]] = ()) -> frozenset[int]:
    """Return which groups (by place in `sizes`) show their count and no figure, where the whole they make up is shown.

    All of which `withheld` says so; and then the smallest of the others, one after the other (the first of several),
    until what is hidden is enough together: the whole less the shown groups is the figure of the hidden ones. A whole
    that is too small itself shows none of its groups.

    Parameters
    ----------
    sizes
        Ratings of each group.
    elsewhere
        For every other period whose figures are shown too, how many ratings of each group lie in it as well.

    Raises
    ------
    ValueError
        A size is negative, or the rows differ in length.

    >>> sorted(hold_back([40, 32, 3])), sorted(hold_back([40, 20, 14])), sorted(hold_back([40, 32]))
    ([1, 2], [1, 2], [])
    >>> sorted(hold_back([40, 60, 50], [[35, 0, 0]]))
    [0, 2]
    """
    if any(len(row) != len(sizes) for row in elsewhere):
        raise ValueError("every period speaks of the same groups")

    def must_hide(places: Iterable[int]) -> bool:
        chosen = list(places)
        n = sum(sizes[place] for place in chosen)
        return withheld(n) or any(withheld(n, sum(row[place] for place in chosen)) for row in elsewhere)

    hidden = {place for place in range(len(sizes)) if must_hide([place])}
    while hidden and must_hide(hidden):
        others = [place for place in range(len(sizes)) if place not in hidden]
        if not others:
            break
        hidden.add(min(others, key=lambda place: sizes[place]))
    return frozenset(hidden)

"""Who answers for what and how long, as `responsibility.responsibility_segments` says it, a column at a time.

That function is the rule as one reads it, and the verification of a cycle goes by it; the computation goes by this one,
because in tens of thousands of posts hardly any reason or share differs from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from feedback_app.evaluation.attribution.grouping import Groups, IntArray, Mask, joined, packed, taken
from feedback_app.evaluation.attribution.responsibility import REPLACED_WHILE_ABSENT, reason_of
from feedback_app.evaluation.attribution.tables import Days, SegmentTable, stratum_of
from feedback_app.evaluation.score.sums import FloatArray
from feedback_app.organisation.rules import AssignmentKind

KINDS: Final = tuple(AssignmentKind)
# Declared shares have four decimals.
WHOLE: Final = 10_000
_STAND_IN: Final = KINDS.index(AssignmentKind.ACTING_ABSENT)
_REPLACED: Final = np.array([KINDS.index(kind) for kind in REPLACED_WHILE_ABSENT], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Posts:
    """Dated posts, the days within the cycle and counted from its first; `share` is out of `WHOLE`."""

    assignment: IntArray
    employee: IntArray
    unit: IntArray
    service: IntArray
    kind: IntArray
    is_head: IntArray
    share: IntArray
    first: IntArray
    last: IntArray


@dataclass(frozen=True, slots=True)
class _Rows(Posts):
    """Posts once for each scope (a service of a unit, or 0 for all its others) and run of days in it.

    `place` tells the post and scope a row came from, `period` numbers the runs of all scopes.
    """

    scope_service: IntArray
    place: IntArray
    period: IntArray


def segments_of(posts: Posts, days: Days) -> SegmentTable:
    """Return the segments of posts, in the order of unit, service, first day and post."""
    rows = _answering(_by_period(posts, _scopes(posts), days))
    share, reason, reasons = _shares(rows)
    starts, ends = _runs(rows, share, reason)
    begun = taken(rows, starts)
    order = np.lexsort((begun.assignment, begun.first, begun.scope_service, begun.unit))
    begun, starts, last = taken(begun, order), starts[order], rows.last[ends[order]]
    service, unit = begun.scope_service, begun.unit
    return SegmentTable(
        scope=stratum_of(service, unit), employee=begun.employee, assignment=begun.assignment,
        first=begun.first, last=last, share=share[starts],
        is_double=_doubles(packed(unit, service, begun.employee), begun.first, last), reason=reason[starts],
        reasons=tuple(reasons),
    )  # fmt: skip


def _scopes(posts: Posts) -> tuple[IntArray, IntArray]:
    """Return the place of each post and the service of each scope it answers in; a unit's own answer in all of them."""
    bound, whole = np.flatnonzero(posts.service > 0), np.flatnonzero(posts.service == 0)
    known = Groups(posts.unit[bound], posts.service[bound])
    unit, service = known.first(posts.unit[bound]), known.first(posts.service[bound])
    place, scope = joined(posts.unit[whole], unit)
    return (
        np.concatenate([bound, whole, whole[place]]),
        np.concatenate([posts.service[bound], np.zeros_like(whole), service[scope]]),
    )


def _by_period(posts: Posts, scopes: tuple[IntArray, IntArray], days: Days) -> _Rows:
    """Cut the days of each scope where anybody comes or goes."""
    of_post, service = scopes
    size = len(days.dates)
    alike = Groups(posts.unit[of_post], service)
    scope = alike.numbers()
    first, end = scope * size + posts.first[of_post], scope * size + posts.last[of_post] + 1
    starts = np.unique(np.concatenate([np.arange(alike.starts.size) * size, first, end[end % size > 0]]))
    opening = np.searchsorted(starts, first)
    count = np.searchsorted(starts, end) - opening
    row = np.repeat(np.arange(of_post.size), count)
    period = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count) + opening[row]
    # The next run of another scope begins with its first day, and so this one ends with the last.
    lasts = (np.append(starts[1:], 0) - 1) % size
    chosen = taken(posts, of_post[row])
    columns = {name: getattr(chosen, name) for name in Posts.__dataclass_fields__}
    columns |= {"first": starts[period] % size, "last": lasts[period]}
    return _Rows(**columns, scope_service=service[row], place=row, period=period)


def _answering(rows: _Rows) -> _Rows:
    """Return the rows of those who answer: a head's Plh takes the place of the head."""
    is_head = rows.is_head > 0
    where = packed(rows.period, rows.service)
    absent = np.isin(where, where[is_head & (rows.kind == _STAND_IN)])
    return taken(rows, (rows.share > 0) & ~(is_head & np.isin(rows.kind, _REPLACED) & absent))


def _shares(rows: _Rows) -> tuple[FloatArray, IntArray, list[str]]:
    """Return the share and the reason of each row, and all reasons; those that are alike are worked out once."""
    together = Groups(rows.period)
    number = together.numbers()
    whole = together.added(rows.share)[number]
    is_uneven = together.greatest(rows.share) != together.least(rows.share)
    each = Groups(rows.period, rows.employee)
    people = np.bincount(number[each.order[each.starts]], minlength=together.starts.size)
    is_uneven = is_uneven | (people != together.counts())
    alike = Groups(
        rows.kind, rows.is_head, (rows.service > 0).astype(np.int64), rows.share, whole, people[number],
        is_uneven[number].astype(np.int64),
    )  # fmt: skip
    columns = (rows.kind, rows.is_head, rows.service, rows.share, whole, people[number], is_uneven[number])
    known: dict[str, int] = {}
    shares, reasons = [], []
    for kind, is_head, service, share, total, among, uneven in zip(
        *(alike.first(column).tolist() for column in columns), strict=True
    ):
        part = Decimal(share) / Decimal(total)
        shares.append(float(part))
        words = reason_of(KINDS[kind], bool(is_head), service > 0, among, part if uneven else None)
        reasons.append(known.setdefault(words, len(known)))
    group = alike.numbers()
    return np.array(shares, dtype=np.float64)[group], np.array(reasons, dtype=np.int64)[group], list(known)


def _runs(rows: _Rows, share: FloatArray, reason: IntArray) -> tuple[IntArray, IntArray]:
    """Return the first and the last row of each segment: what goes on unchanged over several periods of a scope."""
    order = np.lexsort((rows.period, rows.place))
    place, period = rows.place[order], rows.period[order]
    is_new = np.ones(order.size, dtype=np.bool_)
    is_new[1:] = (
        (place[1:] != place[:-1]) | (period[1:] != period[:-1] + 1) | (share[order][1:] != share[order][:-1])
        | (reason[order][1:] != reason[order][:-1])
    )  # fmt: skip
    starts = np.flatnonzero(is_new)
    ends = np.append(starts[1:], order.size) - 1 if starts.size else starts
    return order[starts], order[ends]


def _doubles(who: IntArray, first: IntArray, last: IntArray) -> Mask:
    """Tell which segments share a day with another one of the same person and scope (`who`)."""
    found = np.zeros(who.size, dtype=np.bool_)
    if not who.size:
        return found
    span = int(last.max()) + 1
    order = np.lexsort((first, who))
    starts, ends = (who * span + first)[order], (who * span + last)[order]
    found[order[1:]] = starts[1:] <= np.maximum.accumulate(ends)[:-1]
    found[order[:-1]] |= starts[1:] <= ends[:-1]
    return found

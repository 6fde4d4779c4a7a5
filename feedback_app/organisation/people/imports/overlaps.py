"""Find the rows after which two posts would stand that cannot stand side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from datetime import date

from feedback_app.organisation.operations import post_refusal
from feedback_app.organisation.people.imports.terms import Slot
from feedback_app.organisation.people.imports.wishes import Trouble
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.rules import AssignmentKind

_LEADS = frozenset({AssignmentKind.DEFINITIVE, AssignmentKind.ACTING_VACANT})
_ACTS = frozenset({AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT})


def overlapping_rows(slots: Iterable[Slot]) -> dict[int, Trouble]:
    """Return the rows that must be refused, with why: of two that overlap the later one, none that only was there.

    The text of the reason is the number of the row it stands against.

    The groups are those of the exclusion constraints on `assignments`, which hold the rule itself.
    """
    groups: dict[tuple[str, Hashable], list[Slot]] = defaultdict(list)
    for slot in slots:
        if slot.after is not None:
            for key in _keys(slot.after):
                groups[key].append(slot)
    found: dict[int, Trouble] = {}
    for (constraint, _), members in groups.items():
        if len(members) > 1 and any(slot.written_by for slot in members):
            for one, other in _overlaps(members):
                number, beside = _offender(one, other)
                if number is not None:
                    text = str(beside) if beside else ""
                    found.setdefault(number, Trouble(None, post_refusal(constraint).message, text))
    return found


def _keys(post: PostFields) -> Iterator[tuple[str, Hashable]]:
    if post.kind is AssignmentKind.DEFINITIVE:
        yield "ex_assignments_one_definitive_post", post.employee_id
    if post.is_head and post.kind in _LEADS:
        yield "ex_assignments_definitive_or_vacant_head", post.unit_id
    if post.kind in _ACTS:
        yield "ex_assignments_one_acting_head", post.unit_id
    yield "ex_assignments_not_twice_the_same", (post.employee_id, post.unit_id, post.service_id or 0)


def _overlaps(members: list[Slot]) -> Iterator[tuple[Slot, Slot]]:
    """Yield posts that overlap with the one of those begun earlier that lasts longest."""
    longest: Slot | None = None
    for slot in sorted(members, key=lambda one: _first(one)):
        if longest is not None and _first(slot) <= _last(longest):
            yield longest, slot
        if longest is None or _last(slot) > _last(longest):
            longest = slot


def _offender(one: Slot, other: Slot) -> tuple[int | None, int | None]:
    """Return the row to refuse, and the row it stands against where the list holds that too."""
    grown = [slot for slot in (one, other) if slot.written_by is not None and _has_grown(slot)]
    if not grown:
        return None, None
    refused = max(grown, key=lambda slot: slot.written_by or 0)
    return refused.written_by, (other if refused is one else one).claimed_by


def _has_grown(slot: Slot) -> bool:
    """Tell whether a post covers what it did not before; one that only ends earlier is in nobody's way."""
    before, after = slot.before, slot.after
    if before is None or after is None:
        return True
    return before.answers_as != after.answers_as or (
        after.starts_on < before.starts_on or (after.ends_on or date.max) > (before.ends_on or date.max)
    )


def _first(slot: Slot) -> date:
    return slot.after.starts_on if slot.after else date.max


def _last(slot: Slot) -> date:
    return (slot.after.ends_on or date.max) if slot.after else date.min

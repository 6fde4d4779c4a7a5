"""Tell which known post a row speaks of, and which posts one person cannot hold at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.terms import Slot
from feedback_app.organisation.people.imports.wishes import WantedPost
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.rules import AssignmentKind


def match(wanted: WantedPost, slots: Iterable[Slot], today: date) -> Slot | None:
    """Return the standing post that a row speaks of.

    The same unit (and service, where one is named) under the same title, from the same day; or on days of it with the
    same position, for then its first day is put right. Another position from another day is another post.
    """
    kind = wanted.kind or AssignmentKind.DEFINITIVE
    here = [
        (slot, slot.after) for slot in slots
        if slot.after is not None and (slot.after.unit_id, slot.after.kind) == (wanted.unit_id, kind)
        and (not wanted.names_service or slot.after.service_id == wanted.service_id)
    ]  # fmt: skip
    if wanted.starts_on is None:
        holds = [item for item in here if item[1].starts_on <= today <= (item[1].ends_on or date.max)]
        latest = sorted(holds or here, key=lambda item: item[1].starts_on)
        return latest[-1][0] if latest else None
    same_day = [slot for slot, post in here if post.starts_on == wanted.starts_on]
    if same_day:
        return same_day[0]
    last = wanted.ends_on or date.max
    return next(
        (
            slot for slot, post in here
            if slot.claimed_by is None and post.starts_on <= last and wanted.starts_on <= (post.ends_on or date.max)
            and (not wanted.position or folded(wanted.position) == folded(post.position))
        ),
        None,
    )  # fmt: skip


def clash(one: PostFields, other: PostFields) -> bool:
    """Tell whether one person cannot hold two posts because both are definitive, or the same work."""
    together = one.starts_on <= (other.ends_on or date.max) and other.starts_on <= (one.ends_on or date.max)
    both_definitive = one.kind is other.kind is AssignmentKind.DEFINITIVE
    same_work = (one.unit_id, one.service_id) == (other.unit_id, other.service_id)
    return together and (both_definitive or same_work)


def inside(one: PostFields, other: PostFields) -> bool:
    """Tell whether all days of one post are days of the other."""
    return one.starts_on >= other.starts_on and (one.ends_on or date.max) <= (other.ends_on or date.max)


def merged(known: PostFields, wanted: WantedPost) -> PostFields:
    """Return a known post with what a row says otherwise; the same words written otherwise change nothing."""
    is_renamed = folded(wanted.position or "") != folded(known.position)
    given: Mapping[str, object | None] = {
        "position": wanted.position or None if is_renamed else None,
        "is_head": wanted.is_head, "share": wanted.share, "decree_number": wanted.decree,
        "starts_on": wanted.starts_on, "ends_on": wanted.ends_on,
    }  # fmt: skip
    changed = {name: value for name, value in given.items() if value is not None}
    return replace(known, **changed) if changed else known  # type: ignore[arg-type]

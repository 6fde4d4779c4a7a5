"""What a report leaves out before everybody may read it, so that no single person shows through. Pure.

Figures of fewer than `SMALLEST_PUBLISHED` respondents are withheld, and groups of fewer than `SMALLEST_GROUP`. Where
that leaves one gap in a row whose sum or mean is told, the next smallest goes too, or the gap could be worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feedback_app.errors import InvalidInputError
from feedback_app.reporting.answer_data import Characteristic, Group
from feedback_app.reporting.report_data import Place, PlanLine, Report
from feedback_app.survey.rules import SMALLEST_GROUP, SMALLEST_PUBLISHED, ResultLevel


class TooFewToPublishError(InvalidInputError):
    """So few answered that no figure may be shown to everybody."""

    code = "skm_too_few_to_publish"


def protected(report: Report) -> Report:
    """Return the report as everybody may read it.

    Raises
    ------
    TooFewToPublishError
        The place as a whole has too few respondents.
    """
    if (report.place.respondents or 0) < SMALLEST_PUBLISHED:
        raise TooFewToPublishError(
            f"Versi untuk umum tidak dapat dibuat: responden kurang dari {SMALLEST_PUBLISHED}. "
            "Unduh versi untuk petugas."
        )
    place = _with_enough(replace(report.place, parts=_parts(report.place.parts)))
    *earlier, present = report.past or (None,)
    past = (*(one for one in earlier if one and one.is_public and one.respondents >= SMALLEST_PUBLISHED),)
    past = (*past, present) if present else past
    shown = {leaf_key(leaf) for leaf in place.leaves if leaf.value is not None}
    return replace(
        report,
        place=place,
        characteristics=tuple(_characteristic(one, report.place.received or 0) for one in report.characteristics),
        blocks=tuple(one for one in report.blocks if (one.unit_code, one.service_code) in shown),
        past=past,
        change=report.change if len(past) > 1 and past[-2] is report.past[-2] else None,
        # What people wrote is published by rules of its own, on the page of the unit.
        voices=(),
        plan=tuple(map(_without_persons, report.plan)),
        plan_before=tuple(map(_without_persons, report.plan_before)),
        is_public=True,
    )


def leaf_key(leaf: Place) -> tuple[str, str]:
    """Return the unit and service a place without parts speaks of, as its block of answers names them."""
    return (leaf.unit_code, leaf.code if leaf.level is ResultLevel.SERVICE else "")


def _parts(parts: Sequence[Place]) -> tuple[Place, ...]:
    hidden = _hidden([part.respondents or 0 for part in parts], SMALLEST_PUBLISHED)
    return tuple(
        _withheld(part) if at in hidden else _with_enough(replace(part, parts=_parts(part.parts)))
        for at, part in enumerate(parts)
    )


def _hidden(counts: Sequence[int], least: int) -> frozenset[int]:
    """Return which of several counts are too small to tell, and one more where only one is; nothing hides a zero."""
    small = {at for at, count in enumerate(counts) if 0 < count < least}
    others = [at for at, count in enumerate(counts) if count >= least]
    if len(small) == 1 and others:
        small.add(min(others, key=lambda at: counts[at]))
    return frozenset(small)


def _withheld(place: Place) -> Place:
    return replace(
        place, respondents=None, received=None, complete=None, value=None, low=None, high=None, grade=None, elements=(),
        input_sha256="", parts=tuple(_withheld(part) for part in place.parts),
    )  # fmt: skip


def _with_enough(place: Place) -> Place:
    """Leave the elements out where one has too few answers; the others and the index would tell it."""
    if all(one.n >= SMALLEST_PUBLISHED for one in place.elements):
        return place
    return replace(place, elements=())


def _characteristic(one: Characteristic, received: int) -> Characteristic:
    counts = [group.n or 0 for group in one.groups]
    # Who left the question blank is a group as well: it is what the others leave of the whole.
    hidden = _hidden([*counts, received - sum(counts)], SMALLEST_GROUP)
    groups = tuple(Group(group.label, None if at in hidden else group.n) for at, group in enumerate(one.groups))
    return replace(one, groups=groups)


def _without_persons(line: PlanLine) -> PlanLine:
    return replace(line, responsible="", note="")

"""What a report leaves out before everybody may read it, so that no single person shows through. Pure.

Figures of fewer than `SMALLEST_PUBLISHED` respondents are withheld, and groups of fewer than `SMALLEST_GROUP`, with as
many others as it takes that they cannot be worked out (`hiding`). What is withheld in one place is withheld in all
files: where a part is, counts by answer are not told for the whole, and the answers row by row only where nothing is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.reporting.answer_data import Block, Characteristic, Group, QuestionAnswers
from feedback_app.reporting.protected_agency import agency_place
from feedback_app.reporting.report_data import PastResult, Place, PlanLine, Report
from feedback_app.survey.hiding import hidden
from feedback_app.survey.rules import SMALLEST_GROUP, SMALLEST_PUBLISHED, ResultLevel
from feedback_app.survey.sample import SampleWarning, WarningKind

LEAST_FOR_MATRIX: Final = 30
"""The least number of respondents whose answers may be shown row by row, without names, to everybody."""


class TooFewToPublishError(InvalidInputError):
    """So few answered that no figure may be shown to everybody."""

    code = "skm_too_few_to_publish"


def protected(report: Report) -> Report:
    """Return the report as everybody may read it.

    Raises
    ------
    TooFewToPublishError
        The place as a whole has too few respondents; of an agency, fewer than two units have enough.
    """
    if report.place.level is ResultLevel.AGENCY:
        return _agency(report)
    if (report.place.respondents or 0) < SMALLEST_PUBLISHED:
        raise TooFewToPublishError(
            f"Versi untuk umum tidak dapat dibuat: responden kurang dari {SMALLEST_PUBLISHED}. "
            "Unduh versi untuk petugas."
        )
    place = _shown(report.place)
    is_whole = all(map(_is_told, place.walk()))
    questions = _questions(report.questions, is_whole=is_whole)
    *earlier, present = report.past or (None,)
    past = (*(one for one in earlier if one and one.is_public and one.respondents >= SMALLEST_PUBLISHED),)
    past = (*past, present) if present else past
    characteristics = tuple(_characteristic(one, place.received or 0) for one in report.characteristics)
    return replace(
        _without_staff(report),
        place=place,
        characteristics=characteristics,
        questions=questions,
        blocks=_blocks(report, questions) if is_whole else (),
        past=past,
        change=report.change if len(past) > 1 and past[-2] is report.past[-2] else None,
        warnings=_warnings(report.warnings, characteristics, is_whole=is_whole),
    )


def leaf_key(leaf: Place) -> tuple[str, str]:
    """Return the unit and service a place without parts speaks of, as its block of answers names them."""
    return (leaf.unit_code, leaf.code if leaf.level is ResultLevel.SERVICE else "")


def _agency(report: Report) -> Report:
    """Return the report of an agency: nothing but what the public figures of its units come to.

    Counts of all its respondents, less those of the units, would be those of the units that are withheld; so there are
    no characteristics, counts by answer or rows, and of earlier periods only what was published elsewhere.
    """
    units = tuple(_shown(unit) if _has_enough(unit) else _withheld(unit) for unit in report.place.parts)
    shown = [unit for unit in units if unit.value is not None]
    if len(shown) < 2:
        raise TooFewToPublishError(
            f"Versi untuk umum tidak dapat dibuat: kurang dari dua unit memiliki {SMALLEST_PUBLISHED} responden. "
            "Unduh versi untuk petugas, atau umumkan laporan unitnya."
        )
    names = {unit.name for unit in shown}
    place = agency_place(report.place, units, report.method)
    return replace(
        _without_staff(report),
        place=place,
        units_left_out=len(units) - len(shown),
        characteristics=(),
        questions=tuple(_uncounted(one) for one in report.questions),
        blocks=(),
        past=(*(one for one in report.past[:-1] if one.source_note and one.is_public), *_present(report, place)),
        change=None,
        warnings=(),
        plan=tuple(_without_persons(one) for one in report.plan if one.unit in names),
        plan_before=tuple(_without_persons(one) for one in report.plan_before if one.unit in names),
    )


def _present(report: Report, place: Place) -> list[PastResult]:
    if not report.past or place.value is None or place.grade is None:
        return []
    found = replace(
        report.past[-1], respondents=place.respondents or 0, value=place.value, low=place.low, high=place.high,
        grade=place.grade,
    )  # fmt: skip
    return [found]


def _without_staff(report: Report) -> Report:
    return replace(
        report,
        # What people wrote is published by rules of its own, on the page of the unit.
        voices=(),
        plan=tuple(map(_without_persons, report.plan)),
        plan_before=tuple(map(_without_persons, report.plan_before)),
        is_public=True,
    )


def _shown(place: Place) -> Place:
    """Return a place with enough respondents, without what its parts and elements must not tell.

    Its hash is over counts that are withheld too, and few of them could be found by trying.
    """
    parts = _parts(place)
    if not all(_elements_are_told(part) for part in parts if part.value is not None):
        # The elements of the others, taken from those of the whole, would be those that are left out.
        parts = tuple(replace(part, elements=()) for part in parts)
    elements = place.elements if _elements_are_told(place) else ()
    return replace(place, parts=parts, elements=elements, input_sha256="")


def _parts(place: Place) -> tuple[Place, ...]:
    inside = [at for at, part in enumerate(place.parts) if place.is_pooled or part.value is not None]
    small = hidden([place.parts[at].respondents or 0 for at in inside], SMALLEST_PUBLISHED)
    gone = {inside[at] for at in small}
    gone |= {
        at for at, part in enumerate(place.parts) if at not in inside and 0 < (part.received or 0) < SMALLEST_PUBLISHED
    }
    return tuple(_withheld(part) if at in gone else _shown(part) for at, part in enumerate(place.parts))


def _has_enough(place: Place) -> bool:
    return place.value is not None and (place.respondents or 0) >= SMALLEST_PUBLISHED


def _withheld(place: Place) -> Place:
    return replace(
        place, respondents=None, received=None, complete=None, value=None, low=None, high=None, grade=None, elements=(),
        input_sha256="", parts=tuple(_withheld(part) for part in place.parts),
    )  # fmt: skip


def _elements_are_told(place: Place) -> bool:
    """Tell whether enough answered each element; the others and the index would tell the one that few answered."""
    return (
        place.value is not None and bool(place.elements) and all(one.n >= SMALLEST_PUBLISHED for one in place.elements)
    )


def _is_told(place: Place) -> bool:
    """Tell whether nothing of a place is left out; where nobody answered there is nothing to leave out."""
    return place.respondents == 0 or _elements_are_told(place)


def _questions(asked: tuple[QuestionAnswers, ...], *, is_whole: bool) -> tuple[QuestionAnswers, ...]:
    """Return the questions, with their counts where they tell no more than the elements do and enough answered."""
    thin = {one.element for one in asked if sum(one.counts) < SMALLEST_PUBLISHED}
    return tuple(
        one
        if (is_whole and one.element not in thin if one.element else sum(one.counts) >= SMALLEST_PUBLISHED)
        else _uncounted(one)
        for one in asked
    )


def _uncounted(one: QuestionAnswers) -> QuestionAnswers:
    return replace(one, counts=(), blank=None)


def _blocks(report: Report, questions: tuple[QuestionAnswers, ...]) -> tuple[Block, ...]:
    if (report.place.respondents or 0) < LEAST_FOR_MATRIX:
        return ()
    if any(one.element and not one.counts for one in questions):
        return ()
    return report.blocks if all(one.respondents >= SMALLEST_PUBLISHED for one in report.blocks) else ()


def _characteristic(one: Characteristic, received: int) -> Characteristic:
    counts = [group.n or 0 for group in one.groups]
    # Who left the question blank is a group as well: it is what the others leave of the whole.
    gone = hidden([*counts, received - sum(counts)], SMALLEST_GROUP)
    groups = tuple(Group(group.label, None if at in gone else group.n) for at, group in enumerate(one.groups))
    return replace(one, groups=groups)


def _warnings(
    warnings: tuple[SampleWarning, ...], characteristics: tuple[Characteristic, ...], *, is_whole: bool
) -> tuple[SampleWarning, ...]:
    """Return the warnings that do not name the size of a group or service which is hidden elsewhere."""
    told = {group.label for one in characteristics for group in one.groups if group.n is not None}
    of_groups = {WarningKind.ONE_CHANNEL, WarningKind.ONE_HOUR_BAND}
    return tuple(
        one
        for one in warnings
        if (one.kind not in of_groups or one.subject in told) and (one.kind is not WarningKind.ONE_SERVICE or is_whole)
    )


def _without_persons(line: PlanLine) -> PlanLine:
    return replace(line, responsible="", note="")

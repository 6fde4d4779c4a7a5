"""How cases become the record of whoever led the unit, and of whoever answered. Pure.

Volume is never scored and what an office says of itself is kept apart from what the citizens say; see `CaseRecord`.
Allegations and confidential cases never come in.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from feedback_app.evaluation.attribution.responsibility import AssignmentSpan
from feedback_app.handling.figures.survival import kaplan_meier
from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.organisation.rules import AssignmentKind

ENDED: Final = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED})
DECLARED: Final = frozenset({CaseStatus.ANSWERED, CaseStatus.CLOSED})


class CaseDuty(enum.StrEnum):
    """Why somebody answers for cases."""

    HEAD = "head"  # led the unit when the case came
    HANDLER = "handler"  # answered it


@dataclass(frozen=True, slots=True)
class CaseFact:
    """One plain case as it stood at the cut-off of a cycle.

    `came_on` is the day on which it came to the unit that had it then. `wait_hours` runs to the first answer, or, with
    `is_replied` False, to the end of the case or the cut-off. `outcome` is the last word of the citizen (or their
    silence), `is_upheld` says that a reviewer sent a disputed answer back.
    """

    unit_id: int
    came_on: date
    handler_id: int | None
    status: CaseStatus
    is_replied: bool
    is_on_time: bool
    wait_hours: float
    outcome: Outcome | None
    is_upheld: bool


def head_of(spans: Sequence[AssignmentSpan], day: date) -> int | None:
    """Return who led a unit on a day, by its posts: the Plh while the head is away, else the head or the Plt.

    Source: SE BKN 1/SE/I/2021.
    """
    leading = [s for s in spans if s.is_head and s.starts_on <= day and (s.ends_on is None or s.ends_on >= day)]
    leading.sort(key=lambda span: (span.kind is not AssignmentKind.ACTING_ABSENT, span.assignment_id))
    return leading[0].employee_id if leading else None


def records(
    facts: Iterable[CaseFact], spans: Iterable[AssignmentSpan], praise: Mapping[tuple[int, date], int]
) -> list[dict[str, Any]]:
    """Return the record of each person, unit and duty, in this order.

    Parameters
    ----------
    facts
        The cases of the period.
    spans
        The posts of the period, as known.
    praise
        How many people praised a unit on a day, in a form of their own; it goes to whoever led the unit that day.
    """
    heads: dict[int, list[AssignmentSpan]] = defaultdict(list)
    for span in spans:
        if span.is_head:
            heads[span.unit_id].append(span)
    groups: dict[tuple[int, int, CaseDuty], list[CaseFact]] = defaultdict(list)
    for fact in facts:
        head = head_of(heads.get(fact.unit_id, ()), fact.came_on)
        if head is not None:
            groups[head, fact.unit_id, CaseDuty.HEAD].append(fact)
        if fact.handler_id is not None:
            groups[fact.handler_id, fact.unit_id, CaseDuty.HANDLER].append(fact)
    praised: dict[tuple[int, int, CaseDuty], int] = defaultdict(int)
    for (unit_id, day), n in praise.items():
        head = head_of(heads.get(unit_id, ()), day)
        if head is not None:
            praised[head, unit_id, CaseDuty.HEAD] += n
    return [_record(key, groups[key], praised.get(key, 0)) for key in sorted(groups)]


def _record(key: tuple[int, int, CaseDuty], facts: Sequence[CaseFact], n_praise: int) -> dict[str, Any]:
    outcomes = [fact.outcome for fact in facts]
    waits = kaplan_meier([fact.wait_hours for fact in facts], [fact.is_replied for fact in facts])
    employee_id, unit_id, duty = key
    return {
        "employee_id": employee_id,
        "unit_id": unit_id,
        "duty": duty,
        "n_cases": len(facts),
        "n_replied": sum(fact.is_replied for fact in facts),
        "n_on_time": sum(fact.is_on_time for fact in facts),
        "n_open": sum(fact.status not in ENDED | DECLARED for fact in facts),
        "n_declared": sum(fact.status in DECLARED for fact in facts),
        "n_confirmed": outcomes.count(Outcome.CONFIRMED),
        "n_partly": outcomes.count(Outcome.PARTLY),
        "n_disputed": outcomes.count(Outcome.DISPUTED),
        "n_silent": outcomes.count(Outcome.SILENT),
        "n_upheld": sum(fact.is_upheld for fact in facts),
        "n_praise": n_praise,
        "median_wait_hours": waits.time_until(0.5),
    }

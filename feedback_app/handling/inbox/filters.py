"""What somebody asks of the inbox, read from the address of the page and written back into one.

An argument that says nothing known is passed over: an address that was typed or kept may be old.

============== =======================================================================================================
group          todo, reopened, waiting, ended, all; without it `todo`, or `all` where a search or a status is asked for
unit           the id of a unit; with below=1 the units under it too
status         a status; held=1 is on hold
bucket         a bucket of LAPOR!'s statistics
classification, kind, aspect, urgency
               their stored words; aspect and urgency also `unsure`
assigned       me, nobody (also an open case whose holder may not answer it any more), or the id of an account
due            overdue, today, week (until Sunday); the clock that runs, by the days of the agency
escalated=1    somebody further up was told; reopened=1 the citizen said "not solved"; duplicates=1 also those merged
from, to       first and last day on which it was opened (YYYY-MM-DD)
q              words, "words in quotes", #12
============== =======================================================================================================
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Final, Literal, TypeVar

from feedback_app.handling.rules import LAPOR_BUCKET, CaseStatus, Classification
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Aspect, Urgency

QUERY_MAX: Final = 200
_DIGITS_MAX: Final = 18

Known = TypeVar("Known", bound=enum.StrEnum)


class Group(enum.StrEnum):
    """What an officer does next with it."""

    TODO = "todo"
    REOPENED = "reopened"
    WAITING = "waiting"  # the citizen has the word
    ENDED = "ended"
    ALL = "all"


class DueBy(enum.StrEnum):
    """How soon the clock that runs ends."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


Unsure = Literal["unsure"]
Holder = Literal["me", "nobody"]
UNSURE: Final[Unsure] = "unsure"


@dataclass(frozen=True, slots=True)
class Filters:
    """A question to the inbox; what is None or false narrows nothing."""

    group: Group | None = None
    unit: int | None = None
    below: bool = False
    status: CaseStatus | None = None
    bucket: str | None = None
    classification: Classification | None = None
    kind: SubmissionKind | None = None
    aspect: Aspect | Unsure | None = None
    urgency: Urgency | Unsure | None = None
    assigned: int | Holder | None = None
    due: DueBy | None = None
    escalated: bool = False
    reopened: bool = False
    held: bool = False
    duplicates: bool = False
    from_: date | None = None
    to: date | None = None
    q: str = ""

    @property
    def shown_group(self) -> Group:
        """Return the group the answer stands in: the one asked for, else the one in which it can stand."""
        if self.group is not None:
            return self.group
        return Group.ALL if self.q or self.status or self.bucket or self.held else Group.TODO

    @property
    def is_narrowed(self) -> bool:
        """Tell whether anything besides the group and the unit is asked for."""
        return replace(self, group=None, unit=None, below=False) != Filters()

    @property
    def count(self) -> int:
        """Return how many filters besides group, unit and search are set."""
        bare = replace(self, group=None, unit=None, below=False, q="")
        return len(bare.as_arguments())

    def as_arguments(self) -> dict[str, str]:
        """Return the arguments of an address that asks this; those that narrow nothing are left out."""
        found = {field.name.rstrip("_"): getattr(self, field.name) for field in fields(self)}
        return {
            name: _written(value)
            for name, value in found.items()
            if value is not None and value is not False and value != ""
        }


def read_filters(asked: Mapping[str, str]) -> Filters:
    """Return what the arguments of an address ask."""
    flags = {name: asked.get(name) == "1" for name in ("below", "escalated", "reopened", "held", "duplicates")}
    return Filters(
        group=_known(Group, asked.get("group")),
        unit=_number(asked.get("unit")),
        status=_known(CaseStatus, asked.get("status")),
        bucket=asked["bucket"] if asked.get("bucket") in set(LAPOR_BUCKET.values()) else None,
        classification=_known(Classification, asked.get("classification")),
        kind=_known(SubmissionKind, asked.get("kind")),
        aspect=_guess(Aspect, asked.get("aspect")),
        urgency=_guess(Urgency, asked.get("urgency")),
        assigned=_holder(asked.get("assigned")),
        due=_known(DueBy, asked.get("due")),
        from_=_day(asked.get("from")),
        to=_day(asked.get("to")),
        q=" ".join(asked.get("q", "").replace("\0", " ").split())[:QUERY_MAX],
        **flags,
    )


def _written(value: object) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return "1" if value is True else str(value)


def _known(kind: type[Known], raw: str | None) -> Known | None:
    # The group of cases that wait for the citizen had another name; addresses with it are kept in bookmarks.
    word = "waiting" if kind is Group and raw == "answered" else raw
    return kind(word) if word in {member.value for member in kind} else None


def _guess(kind: type[Known], raw: str | None) -> Known | Unsure | None:
    return UNSURE if raw == UNSURE else _known(kind, raw)


def _holder(raw: str | None) -> int | Holder | None:
    if raw == "me":
        return "me"
    return "nobody" if raw == "nobody" else _number(raw)


def _number(raw: str | None) -> int | None:
    word = raw or ""
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _DIGITS_MAX else None


def _day(raw: str | None) -> date | None:
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        return None

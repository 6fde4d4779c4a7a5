"""What a row of a list says, typed: the person, and the post if it names one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.rules import AssignmentKind


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a row is refused: in which column (None where the row as a whole), what to do, and what stands there.

    The sentence holds no words of the list, so that pages can say it in another language.
    """

    field: Field | None
    sentence: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class WantedPost:
    """What a row says about a post; None is "the list does not say", which never changes what is known.

    A `unit_id` below 0 is a unit that is created along with the list.
    """

    unit_id: int
    service_id: int | None = None
    names_service: bool = False
    position: str | None = None
    kind: AssignmentKind | None = None
    is_head: bool | None = None
    share: Decimal | None = None
    decree: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a row says about somebody; None is "the list does not say"."""

    number: int
    nip: str
    name: str | None = None
    rank: str | None = None
    is_active: bool | None = None
    left_on: date | None = None
    email: str | None = None
    post: WantedPost | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read; `nip` is known where at least the number could be."""

    number: int
    nip: str | None
    troubles: tuple[Trouble, ...]

"""What a list is compared with, and what comes of the comparison. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from feedback_app.organisation.people.imports.wishes import Trouble
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.people.rules import RowChange


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as known, or as a list would have them; an id below 0 is given on applying."""

    id: int
    nip: str
    name: str
    rank: str | None = None
    left_on: date | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The people and standing posts of an agency; `accounts` leads from addresses in the list to accounts.

    `linked` are the accounts that belong to somebody already.
    """

    people: Mapping[str, Person]
    posts: Mapping[int, tuple[tuple[int, PostFields], ...]]
    accounts: Mapping[str, int] = field(default_factory=dict)
    linked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody said about a list as a whole.

    `starts_on` and `decree` stand in for cells that say nothing about a post that is new; `whole_list_ends_on` says
    that the list names everybody, so that other posts end on that day; `without_past` leaves out what touches days
    gone by.
    """

    starts_on: date | None = None
    decree: str | None = None
    whole_list_ends_on: date | None = None
    without_past: bool = False


@dataclass(slots=True)
class Slot:
    """A post while it is compared: the row it stands in (None: none yet), what it said, what it will say."""

    row_id: int | None
    before: PostFields | None
    after: PostFields | None
    claimed_by: int | None = None
    written_by: int | None = None
    ends_by_word: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What one row does to one post."""

    before: PostFields | None
    after: PostFields | None


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What one row would do. `post` is the post it speaks of, `leaves` those that end because of it."""

    number: int
    nip: str | None
    change: RowChange
    employee_id: int | None = None
    assignment_id: int | None = None
    person_before: Person | None = None
    person_after: Person | None = None
    post: Step | None = None
    leaves: tuple[Step, ...] = ()
    touches_past: bool = False
    is_left_out: bool = False
    troubles: tuple[Trouble, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return everything it does to posts."""
        return (*((self.post,) if self.post else ()), *self.leaves)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is written for one post in the end: the row superseded, if any, and what stands in its place."""

    row_id: int | None
    before: PostFields | None
    after: PostFields | None
    number: int
    claimed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a list would do: row by row, and all that is written in the end."""

    rows: tuple[RowPlan, ...]
    people: tuple[tuple[Person | None, Person], ...]
    edits: tuple[Edit, ...]
    touches: tuple[date, date] | None

    @property
    def linked(self) -> tuple[Person, ...]:
        """Return the people who get an account by it."""
        return tuple(
            after
            for before, after in self.people
            if after.user_id is not None and (before is None or before.user_id is None)
        )

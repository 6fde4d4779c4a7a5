"""The two trails as one: an agency's, and that of the installation, with the tables each lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.canonical import PLATFORM, Event, Section
from feedback_app.audit.models import AuditEvent, PlatformEvent
from feedback_app.audit.seal_models import AuditLeaf, AuditSection, PlatformLeaf, PlatformSection

_EVENT_COLUMNS: Final = (
    "id", "at", "actor_kind", "actor_id", "action", "subject_type", "subject_id", "detail",
)  # fmt: skip
_SECTION_COLUMNS: Final = ("size", "first_at", "last_at", "root", "salt")


@dataclass(frozen=True, slots=True)
class Trail:
    """One trail: `scope` is the agency's id or `PLATFORM`."""

    scope: int

    @property
    def events(self) -> sa.Table:
        """Return the table of events."""
        return _table(PlatformEvent if self.scope == PLATFORM else AuditEvent)

    @property
    def leaves(self) -> sa.Table:
        """Return the table of hashes."""
        return _table(PlatformLeaf if self.scope == PLATFORM else AuditLeaf)

    @property
    def sections(self) -> sa.Table:
        """Return the table of what the trail has in each seal."""
        return _table(PlatformSection if self.scope == PLATFORM else AuditSection)

    def own(self, table: sa.FromClause) -> list[sa.ColumnElement[bool]]:
        """Return the condition that rows of a table are this trail's."""
        return [] if self.scope == PLATFORM else [table.c.agency_id == self.scope]

    def key(self) -> dict[str, int]:
        """Return what a row of this trail carries before its own key."""
        return {} if self.scope == PLATFORM else {"agency_id": self.scope}

    def leaf_of(self, event_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
        """Return the condition that an event has been sealed."""
        leaf = self.leaves
        return sa.exists().where(*self.own(leaf), leaf.c.event_id == event_id)

    def event_columns(self) -> list[sa.ColumnElement[Any]]:
        """Return the columns of an event in the order of `event_of`."""
        # The kind as it stands there, be it none that the program knows.
        plain = {"actor_kind": sa.type_coerce(self.events.c.actor_kind, sa.Text()).label("actor_kind")}
        return [plain.get(name, self.events.c[name]) for name in _EVENT_COLUMNS]

    def event_of(self, values: Sequence[Any]) -> Event:
        """Return the event that the columns of `event_columns` hold."""
        return Event(self.scope, *values)

    def section_columns(self) -> list[sa.ColumnElement[Any]]:
        """Return the columns of a section in the order of `section_of`."""
        return [self.sections.c[name] for name in _SECTION_COLUMNS]

    def section_of(self, values: Sequence[Any]) -> Section:
        """Return the section that the columns of `section_columns` hold."""
        return Section(self.scope, *values)


def _table(model: Any) -> sa.Table:
    found: sa.Table = model.__table__
    return found


def all_trails(session: Session) -> list[Trail]:
    """Return the trail of the installation and those of all agencies, in the order in which they are sealed."""
    # Which agencies there are stands in a room above; the key of the table is all that is wanted of it.
    agencies = session.scalars(sa.text("SELECT id FROM agencies ORDER BY id"))
    return [Trail(PLATFORM), *(Trail(int(one)) for one in agencies)]

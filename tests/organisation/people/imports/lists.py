"""An agency with a few units, and lists of people as personnel systems write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Assignment, Employee, Unit
from feedback_app.organisation.people.imports import applying, preview
from feedback_app.organisation.people.imports.fields import guess
from feedback_app.organisation.people.imports.mapping import Choices, read_choices
from feedback_app.organisation.people.imports.preview import Source
from feedback_app.organisation.people.imports.queries import rows_of
from feedback_app.organisation.people.imports.terms import Options
from feedback_app.organisation.people.models import PeopleImport, PeopleImportRow
from feedback_app.organisation.people.post_rules import OfficeMoment
from tests import factories as make

NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
TODAY = date(2026, 5, 12)
MARIA = "198609262015052001"
YOSEF = "199001012015051002"
ANA = "199203032018032003"
HEADER = ("NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Nomor SK")


@dataclass
class Town:
    """A town with two counters and a personnel office."""

    session: Session
    agency: Agency
    ktp: Unit
    kk: Unit
    clerk: User
    chief: User
    feedback_since: date | None = date(2026, 1, 5)
    now: datetime = NOW
    sent: int = field(default=0)

    @property
    def at(self) -> OfficeMoment:
        return OfficeMoment(self.now, self.now.date(), self.feedback_since)

    @property
    def actor(self) -> Actor:
        return person(self.clerk.id)

    def take_in(self, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> PeopleImport:
        """A list as it was uploaded, its first row being row 2 of the sheet."""
        self.sent += 1
        cells = [(number, dict(enumerate(row))) for number, row in enumerate(rows, start=2)]
        source = Source("file", "pegawai.csv", f"{self.sent:064d}")
        return preview.take_in(self.session, self.agency.id, source, header, cells, actor=self.actor, now=self.now)

    def look(self, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, **options: Any) -> PeopleImport:
        """A list whose columns were guessed right, compared with what is known."""
        made = self.take_in(rows, header)
        stored = read_choices(made.mapping)
        chosen = replace(stored, columns=guess(header), options=Options(**options))
        preview.choose(self.session, made, chosen, at=self.at)
        return made

    def apply(self, made: PeopleImport, *, only_good: bool = False, reason: str = "Daftar SIMPEG Mei") -> str:
        return applying.apply(
            self.session, made, seen=made.counts["digest"], only_good=only_good, reason=reason, actor=self.actor,
            at=self.at,
        ).value  # fmt: skip

    def bring(self, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, **options: Any) -> PeopleImport:
        """A list brought in and applied."""
        made = self.look(rows, header, **options)
        assert self.apply(made) == "applied"
        return made

    def rows(self, made: PeopleImport) -> list[PeopleImportRow]:
        self.session.expire_all()
        return list(rows_of(self.session, made))

    def changes(self, made: PeopleImport) -> list[str]:
        return [row.change.value for row in self.rows(made)]

    def posts(self, nip: str) -> list[tuple[str, date, date | None]]:
        """The standing posts of somebody: unit, first day, last day."""
        self.session.expire_all()
        return [
            (code, starts_on, ends_on)
            for code, starts_on, ends_on in self.session.execute(
                sa.select(Unit.code, Assignment.starts_on, Assignment.ends_on)
                .join(Employee, Employee.id == Assignment.employee_id)
                .join(Unit, Unit.id == Assignment.unit_id)
                .where(Employee.nip == nip, Assignment.superseded_at.is_(None))
                .order_by(Assignment.starts_on)
            )
        ]


def new_town(session: Session) -> Town:
    """A town of which feedback is known since January."""
    agency = make.agency(session)
    ktp = make.unit(session, agency, code="loket-ktp", name="Loket KTP")
    kk = make.unit(session, agency, code="loket-kk", name="Loket KK")
    clerk, chief = make.user(session), make.user(session)
    make.grant(session, clerk, Role.PERSONNEL, agency)
    make.grant(session, chief, Role.PERSONNEL, agency)
    return Town(session, agency, ktp, kk, clerk, chief)


def with_columns(made: PeopleImport, header: Sequence[str]) -> Choices:
    return replace(read_choices(made.mapping), columns=guess(header))

"""A city's evaluation: one quarter that is final, one in its right of reply, and a month inside it just computed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person
from feedback_app.demo.accounts import main_accounts
from feedback_app.demo.cities import City
from feedback_app.demo.period import Period, months_later
from feedback_app.demo.settling import Town
from feedback_app.evaluation.cycles.computing import Computation, compute
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import finish_review, open_replies
from feedback_app.evaluation.cycles.objections import decide, explain, file_objection
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.cycles.rules import DayKind, book_closed_from
from feedback_app.evaluation.cycles.signing import sign
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.contestable import Contestable, months_of
from feedback_app.evaluation.replies.contests import Filing, Said, file_contest
from feedback_app.evaluation.replies.reviewing import assign
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason, ObjectionOutcome
from feedback_app.evaluation.rules import CycleKind
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.identity.rules import Role
from feedback_app.intake.counter_queries import DAYS_UNTIL_CLOSED
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.templates import Template
from feedback_app.organisation.models import Assignment, Employee

QUARTERS: Final = ("I", "II", "III", "IV")
MONTHS: Final = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
REPLY_DAYS: Final = 10
REVIEW_DAYS: Final = 10
REPLIES_OPENED_DAYS_AGO: Final = 4  # long enough for contests, short enough that a visitor finds the window open
_TOLD: Final = (Template.REPLY_OPEN, Template.CYCLE_FROZEN, Template.CONTEST_ASSIGNED)

OBJECTION: Final = (
    "Selama dua minggu saya juga membantu loket lain karena rekan cuti, sehingga antrean di loket saya memanjang. "
    "Mohon hal itu dipertimbangkan dalam hasil saya."
)
EXPLANATION: Final = (
    "Hari-hari di loket lain tercatat dalam jadwal loket dan dihitung untuk layanan itu, dengan patokan layanan itu. "
    "Hasilnya sudah memuat keadaan yang disampaikan."
)
DECISION: Final = (
    "Keberatan tidak diterima: jadwal loket dan hasilnya sesuai. Kekurangan petugas pada minggu itu dicatat sebagai "
    "keterangan bagi Pejabat Penilai."
)
CONTESTED_POST: Final = "Tanggal pindah loket dalam penugasan ini keliru dua hari; surat perintahnya ada pada atasan."
CONTESTED_MONTH: Final = "Beberapa hari pada bulan ini jaringan pusat mati seharian, di luar kewenangan petugas loket."


@dataclass
class Cycles:
    """The evaluator's year of one city, told with the operations of the platform at moments that have passed."""

    session: Session
    city: City
    period: Period
    town: Town
    calendar: WorkingCalendar

    def happen(self) -> Computation:
        """Let the cycles take their course; return what the youngest quarter came to."""
        starts_on, ends_on = self.period.last_closed_quarter()
        self._finish(self._opened(CycleKind.QUARTERLY, months_later(starts_on, -3), starts_on - timedelta(days=1)))
        quarter = self._opened(CycleKind.QUARTERLY, starts_on, ends_on)
        found = compute(self.session, quarter, actor=self._evaluator, now=self._closed(quarter, 10))
        month = self._opened(CycleKind.MONTHLY, months_later(starts_on, 2), ends_on)
        compute(self.session, month, actor=self._evaluator, now=self._closed(month, 11))
        self._hear(quarter)
        self._note_mails_as_sent()
        return found

    @property
    def _evaluator(self) -> Actor:
        return self._actor(Role.EVALUATOR)

    def _actor(self, role: Role, nth: int = 0) -> Actor:
        return person(self._user_id(role, nth))

    def _user_id(self, role: Role, nth: int = 0) -> int:
        accounts = [one for one in main_accounts(self.city) if one.role is role]
        return self.town.users[accounts[nth].email]

    def _opened(self, kind: CycleKind, starts_on: date, ends_on: date) -> Cycle:
        name = MONTHS[starts_on.month - 1]
        if kind is CycleKind.QUARTERLY:
            name = f"Triwulan {QUARTERS[(starts_on.month - 1) // 3]}"
        return open_cycle(
            self.session, agency_id=self.town.agency_id, name=f"{name} {starts_on.year}", kind=kind,
            starts_on=starts_on, ends_on=ends_on, actor=self._evaluator,
            now=self._at(book_closed_from(ends_on, DAYS_UNTIL_CLOSED), 9),
        )  # fmt: skip

    def _at(self, day: date, hour: int) -> datetime:
        return self.period.at(day, hour * 60)

    def _closed(self, cycle: Cycle, hour: int) -> datetime:
        return self._at(book_closed_from(cycle.ends_on, DAYS_UNTIL_CLOSED), hour)

    def _finish(self, cycle: Cycle) -> None:
        """Show the figures, sign them twice, freeze them, and hear an objection that a third person decides."""
        first, second = self._evaluator, self._actor(Role.EVALUATOR, 1)
        compute(self.session, cycle, actor=first, now=self._closed(cycle, 10))
        open_replies(self.session, cycle, days=REPLY_DAYS, actor=first, now=self._closed(cycle, 12))
        assert cycle.reply_until is not None  # noqa: S101 - the window has just been set
        day = self.calendar.add_working_days(cycle.reply_until, 1)
        finish_review(self.session, cycle, actor=first, now=self._at(day, 9))
        for hour, actor in ((10, first), (11, second)):
            sign(self.session, cycle, seen_hash=cycle.output_hash or "", actor=actor, now=self._at(day, hour))
        freeze(self.session, cycle, actor=first, now=self._at(day, 13))
        self._object(cycle, day)

    def _object(self, cycle: Cycle, frozen_on: date) -> None:
        filed_on, explained_on, decided_on = (self.calendar.add_working_days(frozen_on, days) for days in (2, 4, 6))
        employee, owner = self._employee()
        objection = file_objection(
            self.session, cycle, employee.id, words=OBJECTION, actor=owner, now=self._at(filed_on, 10),
            day_kind=DayKind.CALENDAR,
        )  # fmt: skip
        explain(
            self.session, objection, words=EXPLANATION, actor=self._evaluator, now=self._at(explained_on, 10)
        )  # fmt: skip
        decide(
            self.session, objection, outcome=ObjectionOutcome.REJECTED, words=DECISION,
            actor=self._actor(Role.SUPERIOR), now=self._at(decided_on, 10),
        )  # fmt: skip

    def _employee(self) -> tuple[Employee, Actor]:
        owner = self._actor(Role.EMPLOYEE)
        query = sa.select(Employee).where(
            Employee.agency_id == self.town.agency_id, Employee.user_id == owner.user_id
        )  # fmt: skip
        return self.session.scalars(query).one(), owner

    def _hear(self, cycle: Cycle) -> None:
        """Open the right of reply of the youngest quarter, and give two contests to the reviewer."""
        closed_on = book_closed_from(cycle.ends_on, DAYS_UNTIL_CLOSED)
        opened_on = max(closed_on, self.period.today - timedelta(days=REPLIES_OPENED_DAYS_AGO))
        open_replies(self.session, cycle, days=REPLY_DAYS, actor=self._evaluator, now=self._at(opened_on, 12))
        filed_on = min(opened_on + timedelta(days=1), self.period.last_day)
        for said, thing in self._contested(cycle):
            self._contest(cycle, thing, said, filed_on)

    def _contested(self, cycle: Cycle) -> list[tuple[Said, Contestable]]:
        employee, _ = self._employee()
        post = self.session.scalars(
            sa.select(Assignment)
            .where(Assignment.agency_id == cycle.agency_id, Assignment.employee_id == employee.id)
            .where(Assignment.starts_on.between(cycle.starts_on, cycle.ends_on))
            .order_by(Assignment.starts_on)
        ).first()
        months = months_of(self.session, cycle, employee.id)
        found = []
        if post:
            thing = Contestable(ContestKind.ASSIGNMENT, assignment_id=post.id, unit_id=post.unit_id)
            found.append((Said(ContestReason.FACTUAL_ERROR, CONTESTED_POST), thing))
        # Where hardly anybody rated there may be no month to speak of.
        thing = Contestable(ContestKind.FIGURE)
        if months:
            thing = Contestable(ContestKind.MONTH, unit_id=months[-1].unit_id, month=months[-1].month)
        return [*found, (Said(ContestReason.OUTSIDE_AUTHORITY, CONTESTED_MONTH), thing)]

    def _contest(self, cycle: Cycle, thing: Contestable, said: Said, day: date) -> None:
        employee, _ = self._employee()
        owner_id, evaluator_id, reviewer_id = (
            self._user_id(one) for one in (Role.EMPLOYEE, Role.EVALUATOR, Role.REVIEWER)
        )
        contest = file_contest(
            self.session, current_app.extensions["suara_storage"], cycle, employee, thing, said,
            Filing(owner_id, day, self._at(day, 14), REVIEW_DAYS),
        )  # fmt: skip
        assign(
            self.session, cycle, contest, reviewer_id, seen=None, user_id=evaluator_id, today=day, now=self._at(day, 15)
        )  # fmt: skip

    def _note_mails_as_sent(self) -> None:
        """Let what was told in those days have gone out then, and not on the day somebody tries the demo."""
        self.session.execute(
            sa.update(Message)
            .where(Message.agency_id == self.town.agency_id, Message.template.in_([one.value for one in _TOLD]))
            .values(state=MessageState.SENT, sent_at=Message.created_at)
        )

"""What a unit has besides cases: keys and codes of its counter, an odd run of ratings, evidence about its people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import new_key
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest, ContestFile, Objection
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.handling.bulk.models import BulkAct, BulkKind
from feedback_app.handling.clocks.models import StoredSlaRule
from feedback_app.handling.publication.models import Improvement, ImprovementStage
from feedback_app.handling.rules import Classification
from feedback_app.identity.factors.models import WebAuthnCredential
from feedback_app.identity.models import SavedView, User
from feedback_app.intake.counter_models import CounterKey, WallCode
from feedback_app.intake.rules import Channel
from feedback_app.measures.release_models import Anomaly, AnomalyKind
from feedback_app.notifications.models import Message, MessageState
from feedback_app.organisation.models import Agency, Employee, Unit, WorkingHours
from feedback_app.organisation.people.rules import AttributionLevel
from feedback_app.survey.actions import Planned, plan
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.instruments import questions
from feedback_app.survey.models import Period, Question
from feedback_app.survey.result_models import Action, Result
from tests import factories as make
from tests.gates.access_things import AccessThings, access_things
from tests.gates.hung import PICTURE, stored_picture
from tests.gates.people_things import PeopleThings, people_things, sync_key
from tests.gates.privacy_things import PrivacyThings, privacy_things
from tests.reporting.surveys import held
from tests.survey import makers


@dataclass(frozen=True)
class Things:
    """One of each."""

    improvement: Improvement
    anomaly: Anomaly
    counter_key: CounterKey
    wall_code: WallCode
    cycle: Cycle
    employee: Employee
    contribution: Contribution
    objection: Objection
    contest: Contest
    contest_file: ContestFile
    template: ReplyTemplate
    template_for_all: ReplyTemplate
    message: Message
    view: SavedView
    passkey: WebAuthnCredential
    act: BulkAct
    rule_to_come: StoredSlaRule
    hours_to_come: WorkingHours
    survey_period: Period
    survey_unit_id: int
    question: Question
    past_result: Result
    action: Action
    paper: Batch
    set_aside_id: int
    people: PeopleThings
    access: AccessThings
    privacy: PrivacyThings
    seal_number: int

    @property
    def evidence_group(self) -> str:
        """The key of the one group of evidence there is."""
        line = self.contribution
        return f"assignment-{line.assignment_id}-{line.unit_id}-0-{line.channel.value}-counted"


def things_of(session: Session, agency: Agency, unit: Unit, *, by: User) -> Things:
    """Make one of each in a unit."""
    now, of = clock.utcnow(), {"agency_id": unit.agency_id, "unit_id": unit.id}
    improvement = Improvement(
        **of, stage=ImprovementStage.PLANNED, text="Loket kedua dibuka.", noted_at=now, noted_by=by.id
    )
    anomaly = Anomaly(
        **of, channel=Channel.OPEN, kind=AnomalyKind.BURST, starts_at=now - timedelta(hours=1), ends_at=now, n=200,
        expected=3.0, detected_at=now,
    )  # fmt: skip
    key = CounterKey(**of, name="Mesin antrean", key_hash=bytes(32), created_at=now)
    code = WallCode(**of, code="ABCDEFGH23", hangs_at="Loket 1", created_at=now)
    session.add_all([improvement, anomaly, key, code])
    cycle, employee, line = _evidence(session, agency, unit)
    sync_key(session, agency.id, key.id)
    template, template_for_all, message, view, act = _words(session, unit, by)
    rule, hours = _clocks(session, unit, by)
    period = held(session, agency, [unit], 2)
    planned = Planned("waktu", "Loket kedua dibuka.", 2026, (4,), "Kepala Bidang Pelayanan")
    return Things(
        improvement=improvement, anomaly=anomaly, counter_key=key, wall_code=code, cycle=cycle, employee=employee,
        contribution=line, objection=_objection(session, cycle, employee, by), template=template,
        contest=(contested := _contest(session, cycle, employee, by)),
        contest_file=_contest_file(session, contested),
        template_for_all=template_for_all, message=message, view=view, act=act, passkey=_passkey(session, by),
        rule_to_come=rule, hours_to_come=hours,
        survey_period=period, survey_unit_id=unit.id,
        question=questions(session, makers.instrument(session, agency))[0],
        past_result=makers.reported(session, agency),
        action=plan(session, period, unit.id, planned, user_id=by.id, now=now),
        paper=makers.batch(session, period, unit),
        set_aside_id=makers.aside(session, period, unit).id,
        people=people_things(session, unit, employee, by=by),
        access=access_things(session, unit),
        privacy=privacy_things(session, agency.id, by=by),
        seal_number=_seal(session),
    )  # fmt: skip


def _words(session: Session, unit: Unit, by: User) -> tuple[ReplyTemplate, ReplyTemplate, Message, SavedView, BulkAct]:
    now, agency_id = clock.utcnow(), unit.agency_id
    written = {"agency_id": agency_id, "text": "Terima kasih atas laporan Anda.", "written_by": by.id}
    made = (
        ReplyTemplate(**written, unit_id=unit.id, name="Unit", written_at=now),
        ReplyTemplate(**written, unit_id=None, name="Instansi", written_at=now),
        Message(
            agency_id=agency_id, user_id=by.id, template="reminder", dedupe_key="uji", state=MessageState.DEAD,
            attempts=9, created_at=now, next_try_at=now, last_error="refused",
        ),
        SavedView(user_id=by.id, name="Milik orang lain", asked={}, saved_at=now),
        BulkAct(agency_id=agency_id, kind=BulkKind.VERIFY, user_id=by.id, at=now),
    )  # fmt: skip
    session.add_all(made)
    return made


def _seal(session: Session) -> int:
    # Over what making the things has noted.
    made = seal_next(session, new_key(), now=clock.utcnow(), whole=True)
    return made.number if made else 0


def _passkey(session: Session, of: User) -> WebAuthnCredential:
    made = WebAuthnCredential(
        user_id=of.id, credential_id=f"kunci-{of.id}".encode(), public_key=b"kunci", sign_count=0, transports=[],
        name="Milik orang lain", added_at=clock.utcnow(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _clocks(session: Session, unit: Unit, by: User) -> tuple[StoredSlaRule, WorkingHours]:
    of, day = {"agency_id": unit.agency_id, "unit_id": unit.id, "noted_by": by.id}, clock.utcnow().date()
    made = (
        StoredSlaRule(
            **of, classification=Classification.ASPIRATION, effective_from=day + timedelta(days=30),
            verify_working_days=2, reply_working_days=4, resolve_working_days=9, close_after_silence_working_days=10,
            source="uji",
        ),
        WorkingHours(
            **of, starts_on=day + timedelta(days=30), workdays=[0, 1, 2, 3, 4], opens=time(8), closes=time(15)
        ),
    )  # fmt: skip
    session.add_all(made)
    session.flush()
    return made


def _contest(session: Session, cycle: Cycle, who: Employee, by: User) -> Contest:
    made = Contest(
        agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=who.id, kind=ContestKind.FIGURE,
        reason=ContestReason.FACTUAL_ERROR, words="Saya sudah pindah pada bulan itu.", filed_by=by.id,
        filed_at=make.NOW, due_on=make.TODAY,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _contest_file(session: Session, contest: Contest) -> ContestFile:
    made = ContestFile(
        agency_id=contest.agency_id, contest_id=contest.id, storage_key=stored_picture(), name="surat.jpg",
        media_type="image/jpeg", size_bytes=len(PICTURE), sha256=bytes(32), added_at=make.NOW,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _objection(session: Session, cycle: Cycle, who: Employee, by: User) -> Objection:
    made = Objection(
        agency_id=cycle.agency_id, cycle_id=cycle.id, employee_id=who.id, words="Saya berkeberatan atas hasil ini.",
        filed_by=by.id, filed_at=make.NOW, last_day_on=make.TODAY,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _evidence(session: Session, agency: Agency, unit: Unit) -> tuple[Cycle, Employee, Contribution]:
    agency_id, first = agency.id, make.TODAY.replace(day=1)
    cycle = Cycle(
        agency_id=agency_id, name="Mei 2026", kind=CycleKind.MONTHLY, starts_on=first, ends_on=make.TODAY,
        status=CycleStatus.COMPUTED, method_version="uji", computed_at=make.NOW, inputs_until=make.NOW,
        input_hash="0", output_hash="0", tau2=1.0, sigma2=1.0,
        delta=1.0, overall_baseline=75.0, opened_at=make.NOW,
    )  # fmt: skip
    session.add(cycle)
    session.flush()
    who = make.employee(session, agency, name="Rambu Ana")
    post = make.assignment(session, who, unit)
    line = Contribution(
        agency_id=agency_id, cycle_id=cycle.id, employee_id=who.id, assignment_id=post.id, unit_id=unit.id, day=first,
        level=AttributionLevel.ASSIGNMENT, days=1,
        channel=Channel.TOKEN, share=1.0, reason="post", n=1, total=3, total_squares=9, baseline=75.0,
    )  # fmt: skip
    session.add_all(
        [
            line,
            Score(
                agency_id=agency_id, cycle_id=cycle.id, employee_id=who.id, n=1, n_effective=1.0, own_share=0.1,
                n_beside=0, mean_residual=0.0, score=75.0, standard_error=1.0, low=70.0, high=80.0, reliability=0.1,
                band=Band.INSUFFICIENT, shadow_score=75.0, shadow_low=70.0, shadow_high=80.0,
                shadow_band=Band.INSUFFICIENT,
            ),
        ]
    )  # fmt: skip
    session.flush()
    return cycle, who, line

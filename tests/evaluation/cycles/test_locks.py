"""What was signed stays: each table, each kind of statement, written past every operation of the application."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.attribution.models import Contribution, RatingExclusion
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.signing import sign, withdraw_signature
from feedback_app.evaluation.cycles.stored import StoredFiguresError, output_hash
from feedback_app.evaluation.cycles.versions import open_version
from feedback_app.evaluation.models import Cycle, CycleMove, CycleSignature
from feedback_app.evaluation.replies.models import Contest, ContestFile, Objection, Statement
from feedback_app.evaluation.replies.rules import ContestKind, ContestReason, ObjectionOutcome
from feedback_app.evaluation.result_models import CaseDuty, CaseRecord, Score, UnitScore
from feedback_app.evaluation.rules import Band, CycleStatus
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import Agency, Employee, Unit
from feedback_app.organisation.people.models import AttributionRule, Counter, DutyEntry, PeopleChange
from feedback_app.organisation.people.rules import AttributionLevel, ChangeKind
from tests import factories as make
from tests.evaluation.cycles import steps

KEPT = (
    "contributions", "scores", "unit_scores", "case_records", "rating_exclusions", "contests", "contest_files",
    "statements", "cycle_signatures",
)  # fmt: skip


class World:
    """A computed cycle with a row in every table that hangs on it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency: Agency = make.agency(session)
        self.unit: Unit = make.unit(session, self.agency)
        self.who: Employee = make.employee(session, self.agency)
        self.cycle: Cycle = steps.computed(session, steps.draft(session, self.agency), self.who)
        self.rows: dict[str, sa.ColumnElement[bool]] = {}
        self._fill()

    def _fill(self) -> None:
        session, agency_id, cycle_id = self.session, self.agency.id, self.cycle.id
        post = make.assignment(session, self.who, self.unit, starts_on=steps.STARTS_ON)
        rating = make.submission(session, self.unit)
        account = make.user(session)
        of_cycle = {"agency_id": agency_id, "cycle_id": cycle_id}
        contest = Contest(
            **of_cycle, employee_id=self.who.id, kind=ContestKind.FIGURE, reason=ContestReason.FACTUAL_ERROR,
            words="Angka ini tidak benar.", filed_by=account.id, filed_at=steps.COMPUTED_AT,
            due_on=steps.REPLIES_AT.date(), state="withdrawn",
        )  # fmt: skip
        session.add_all([
            Contribution(
                **of_cycle, employee_id=self.who.id, level=AttributionLevel.ASSIGNMENT, assignment_id=post.id,
                unit_id=self.unit.id, day=steps.STARTS_ON, channel=Channel.TOKEN, share=1.0, reason="satu-satunya",
                n=3, total=9, total_squares=27, baseline=75.0,
                days=1,
            ),
            UnitScore(
                **of_cycle, unit_id=self.unit.id, n=3, n_beside=0, n_nobody=0, mean=75.0, score=0.0,
                standard_error=1.0, low=-1.0, high=1.0, reliability=0.1, band=Band.INSUFFICIENT, tokens=3,
                tokens_used=3,
            ),
            CaseRecord(
                **of_cycle, employee_id=self.who.id, unit_id=self.unit.id, duty=CaseDuty.HEAD, n_cases=1, n_replied=1,
                n_on_time=1, n_open=0, n_declared=1, n_confirmed=0, n_partly=0, n_disputed=0, n_silent=0, n_upheld=0,
                n_praise=0,
            ),
            RatingExclusion(
                **of_cycle, submission_id=rating.id, employee_id=self.who.id, reason=Exclusion.ABUSE,
                decided_at=steps.COMPUTED_AT,
            ),
            contest,
            Statement(**of_cycle, employee_id=self.who.id, words="Terima kasih.", said_by=account.id,
                      said_at=steps.COMPUTED_AT),
        ])  # fmt: skip
        session.flush()
        session.add(
            ContestFile(
                agency_id=agency_id, contest_id=contest.id, storage_key="k", name="jadwal.pdf",
                media_type="application/pdf", size_bytes=10, sha256=b"x" * 32, added_at=steps.COMPUTED_AT,
            )
        )  # fmt: skip
        session.flush()
        self.cycle.output_hash = output_hash(session, self.cycle)
        session.flush()

    def frozen(self) -> World:
        steps.signed(self.session, steps.reviewed(self.session, self.cycle))
        freeze(self.session, self.cycle, actor=SYSTEM, now=steps.FROZEN_AT)
        return self

    def refuses(self, statement: str) -> None:
        with pytest.raises(IntegrityError), self.session.begin_nested():
            self.session.execute(sa.text(statement))


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


@pytest.mark.parametrize("table", KEPT)
def test_no_row_of_a_frozen_cycle_is_changed_removed_or_added(world: World, table: str) -> None:
    world.frozen()
    count = world.session.scalar(sa.text(f"SELECT count(*) FROM {table}"))
    assert count
    world.refuses(f"UPDATE {table} SET agency_id = agency_id")
    world.refuses(f"DELETE FROM {table}")
    world.refuses(f"TRUNCATE {table} CASCADE")
    columns = world.session.scalars(
        sa.text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :table AND column_name <> 'id' "
            "AND table_schema = 'public'"
        ),
        {"table": table},
    ).all()
    world.refuses(
        # A copy of the row beside it; where a key forbids that the key speaks first, which is as good.
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns)} FROM {table}"
    )
    assert world.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == count


def test_new_rows_are_refused_by_the_lock_itself(world: World) -> None:
    world.frozen()
    other = make.employee(world.session, world.agency)
    with pytest.raises(IntegrityError, match="of a signed cycle stay"), world.session.begin_nested():
        steps.score(world.session, world.cycle, other)


def test_rows_are_not_smuggled_out_of_a_frozen_cycle_nor_into_it(world: World) -> None:
    other = steps.draft(world.session, world.agency, "TW I 2026, lain")
    steps.score(world.session, other, make.employee(world.session, world.agency))
    world.frozen()
    world.refuses(f"UPDATE scores SET cycle_id = {other.id} WHERE cycle_id = {world.cycle.id}")
    world.refuses(f"UPDATE scores SET cycle_id = {world.cycle.id} WHERE cycle_id = {other.id}")


def test_other_cycles_stay_open_while_one_is_frozen(world: World) -> None:
    world.frozen()
    other = steps.draft(world.session, world.agency, "TW I 2026, lain")
    steps.score(world.session, other, world.who)
    world.session.execute(sa.update(Score).where(Score.cycle_id == other.id).values(n_beside=4))
    world.session.execute(sa.delete(Score).where(Score.cycle_id == other.id))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cycles SET name = 'lain'",
        "UPDATE cycles SET status = 'signed', frozen_at = NULL",
        "UPDATE cycles SET output_hash = repeat('0', 64)",
        "UPDATE cycles SET tau2 = 9",
        "DELETE FROM cycles",
        "TRUNCATE cycles CASCADE",
        "UPDATE cycle_moves SET note = 'lain'",
        "DELETE FROM cycle_moves",
        "UPDATE cycle_signatures SET signed_at = now()",
    ],
)
def test_a_frozen_cycle_its_history_and_its_signatures_stay(world: World, change: str) -> None:
    world.frozen()
    world.refuses(change)


def test_a_new_version_and_an_objection_are_let_in_beside_a_frozen_cycle(world: World) -> None:
    world.frozen()
    account = make.user(world.session)
    version = open_version(
        world.session, world.cycle, reason="penugasan dibetulkan", actor=person(account.id), now=steps.FROZEN_AT
    )
    assert (version.version, version.replaces_id, version.inputs_until) == (2, world.cycle.id, steps.COMPUTED_AT)
    copied = world.session.scalars(sa.select(RatingExclusion).where(RatingExclusion.cycle_id == version.id)).all()
    assert [row.employee_id for row in copied] == [world.who.id]
    world.session.add(
        Objection(
            agency_id=world.agency.id, cycle_id=world.cycle.id, employee_id=world.who.id, words="Saya berkeberatan.",
            filed_by=account.id, filed_at=steps.FROZEN_AT, last_day_on=steps.FROZEN_AT.date(),
        )
    )  # fmt: skip
    world.session.flush()


def test_nothing_is_signed_without_two_signatures_over_these_figures(world: World) -> None:
    steps.reviewed(world.session, world.cycle)
    world.refuses("UPDATE cycles SET status = 'signed', signed_at = now()")
    steps.signed(world.session, world.cycle, make.user(world.session))
    assert world.cycle.status is CycleStatus.REVIEWED
    world.refuses("UPDATE cycles SET status = 'signed', signed_at = now()")
    world.refuses("UPDATE cycles SET status = 'frozen', signed_at = now(), frozen_at = now()")


def test_a_signature_is_given_only_to_the_figures_of_a_reviewed_cycle(world: World) -> None:
    signer = make.user(world.session)
    values = f"INSERT INTO cycle_signatures VALUES ({world.agency.id}, {world.cycle.id}, {signer.id}, now(), "
    world.refuses(values + "repeat('e', 64), repeat('f', 64))")
    steps.reviewed(world.session, world.cycle)
    world.refuses(values + "repeat('e', 64), repeat('0', 64))")


def test_a_signed_cycle_keeps_its_figures_until_a_signature_is_withdrawn(world: World) -> None:
    signer = make.user(world.session)
    steps.signed(world.session, steps.reviewed(world.session, world.cycle), signer, make.user(world.session))
    world.refuses("UPDATE scores SET n_beside = 7")
    world.refuses("UPDATE cycles SET tau2 = 9")
    withdraw_signature(world.session, world.cycle, actor=person(signer.id), now=steps.FROZEN_AT)
    assert (world.cycle.status, world.cycle.signed_at) == (CycleStatus.REVIEWED, None)
    # The other name still stands under these figures.
    world.refuses("UPDATE scores SET n_beside = 7")
    world.session.execute(sa.delete(CycleSignature))
    world.session.execute(sa.text("UPDATE scores SET n_beside = 7"))


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE scores SET score = 99, high = 99.5",
        "UPDATE contributions SET total = total + 1",
        "DELETE FROM statements",
        "TRUNCATE scores",
        "UPDATE cycles SET tau2 = 1",
        "UPDATE cycles SET output_hash = repeat('0', 64)",
        "UPDATE cycles SET status = 'right_of_reply', signed_at = NULL",
    ],
)
def test_no_figure_is_changed_under_a_signature_by_way_of_an_earlier_state(
    world: World, change: str, count: int
) -> None:
    signers = [make.user(world.session) for _ in range(count)]
    steps.signed(world.session, steps.reviewed(world.session, world.cycle), *signers)
    world.session.execute(sa.text("UPDATE cycles SET status = 'reviewed'"))
    world.refuses(change)


def test_what_was_written_past_the_application_is_neither_signed_nor_frozen(world: World) -> None:
    steps.reviewed(world.session, world.cycle)
    signer = make.user(world.session)
    for change in ("scores SET is_withheld = NOT is_withheld", "contributions SET reason = 'lain'",
                   "cycles SET tau2 = 9"):  # fmt: skip
        attempt = world.session.begin_nested()
        world.session.execute(sa.text(f"UPDATE {change}"))
        with pytest.raises(StoredFiguresError):
            sign(world.session, world.cycle, seen_hash=str(world.cycle.output_hash), actor=person(signer.id),
                 now=steps.SIGNED_AT)  # fmt: skip
        attempt.rollback()
        world.session.expire_all()
    steps.signed(world.session, world.cycle)
    # As somebody with every right on the database would.
    world.session.execute(sa.text("ALTER TABLE scores DISABLE TRIGGER USER"))
    world.session.execute(sa.text("UPDATE scores SET n_beside = 7"))
    with pytest.raises(StoredFiguresError):
        freeze(world.session, world.cycle, actor=SYSTEM, now=steps.FROZEN_AT)


def test_an_objection_stays_and_its_decision_is_final(world: World) -> None:
    world.frozen()
    account, evaluator, superior = (make.user(world.session) for _ in range(3))
    row = Objection(
        agency_id=world.agency.id, cycle_id=world.cycle.id, employee_id=world.who.id, words="Saya berkeberatan.",
        filed_by=account.id, filed_at=steps.FROZEN_AT, last_day_on=steps.FROZEN_AT.date(),
    )  # fmt: skip
    world.session.add(row)
    world.session.flush()
    for change in ("UPDATE objections SET words = 'Sudah puas sekali.'", "DELETE FROM objections",
                   "TRUNCATE objections"):  # fmt: skip
        world.refuses(change)
    row.explanation, row.explained_by, row.explained_at = "Sudah diperiksa.", evaluator.id, steps.FROZEN_AT
    world.session.flush()
    world.refuses("UPDATE objections SET explanation = 'lain'")
    row.outcome, row.decision = ObjectionOutcome.UPHELD, "Benar."
    row.decided_by, row.decided_at = superior.id, steps.FROZEN_AT
    world.session.flush()
    world.refuses("UPDATE objections SET outcome = 'rejected'")
    world.refuses("UPDATE objections SET outcome = NULL, decision = NULL, decided_by = NULL, decided_at = NULL")
    version = open_version(world.session, world.cycle, reason="keberatan diterima", actor=person(superior.id),
                           now=steps.FROZEN_AT, objection=row)  # fmt: skip
    assert row.new_cycle_id == version.id
    world.refuses("UPDATE objections SET new_cycle_id = NULL")


def test_posts_and_duties_are_superseded_once_and_never_edited(world: World) -> None:
    counter = Counter(agency_id=world.agency.id, unit_id=world.unit.id, code="loket-1", name="Loket 1",
                      created_at=steps.COMPUTED_AT)  # fmt: skip
    world.session.add(counter)
    world.session.flush()
    world.session.add(
        DutyEntry(agency_id=world.agency.id, unit_id=world.unit.id, counter_id=counter.id, employee_id=world.who.id,
                  on_date=steps.STARTS_ON, recorded_at=steps.COMPUTED_AT)
    )  # fmt: skip
    world.session.flush()
    for table, column in (("assignments", "starts_on"), ("duty_entries", "on_date")):
        world.refuses(f"UPDATE {table} SET {column} = {column} - 1")
        world.refuses(f"UPDATE {table} SET recorded_at = recorded_at - interval '1 year'")
        world.refuses(f"DELETE FROM {table}")
        world.refuses(f"TRUNCATE {table} CASCADE")
        world.session.execute(sa.text(f"UPDATE {table} SET superseded_at = recorded_at"))
        world.refuses(f"UPDATE {table} SET superseded_at = NULL")


def test_a_declared_level_and_a_decided_change_stay(world: World) -> None:
    account, other = make.user(world.session), make.user(world.session)
    world.session.add_all([
        AttributionRule(agency_id=world.agency.id, starts_on=steps.STARTS_ON, level=AttributionLevel.UNIT,
                        reason="Diputuskan.", declared_at=steps.COMPUTED_AT),
        PeopleChange(agency_id=world.agency.id, kind=ChangeKind.END, payload={}, touches_from=steps.STARTS_ON,
                     touches_to=steps.ENDS_ON, reason="terlambat", requested_by=account.id,
                     requested_at=steps.COMPUTED_AT),
    ])  # fmt: skip
    world.session.flush()
    world.refuses("UPDATE attribution_rules SET level = 'counter'")
    world.refuses("DELETE FROM people_changes")
    world.refuses("UPDATE people_changes SET touches_from = touches_from - 9")
    world.session.execute(
        sa.text(f"UPDATE people_changes SET state = 'approved', decided_by = {other.id}, decided_at = now()")
    )
    world.refuses("UPDATE people_changes SET state = 'waiting', decided_by = NULL, decided_at = NULL")
    # Ratings of its days are there.
    make.submission(world.session, world.unit, occurred_on=steps.ENDS_ON)
    world.refuses("DELETE FROM attribution_rules")


def test_the_moment_up_to_which_ratings_come_in_never_moves(world: World) -> None:
    world.refuses("UPDATE cycles SET inputs_until = inputs_until + interval '1 day'")
    world.refuses("UPDATE cycles SET inputs_until = NULL, status = 'draft', computed_at = NULL, input_hash = NULL, "
                  "output_hash = NULL")  # fmt: skip


def test_the_history_is_only_ever_added_to(world: World) -> None:
    moves = world.session.scalar(sa.select(sa.func.count()).select_from(CycleMove))
    assert moves == 1
    world.refuses("DELETE FROM cycle_moves")
    assert world.cycle.computed_at == steps.COMPUTED_AT
    assert world.session.scalar(sa.select(sa.func.count()).select_from(CycleSignature)) == 0

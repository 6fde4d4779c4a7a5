"""Every contribution refers to rows that are there and stay there, whoever writes and by whatever way."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from feedback_app.db import db
from feedback_app.organisation.people.models import Counter, DutyEntry
from tests import factories as make
from tests.conftest import Live
from tests.evaluation.cycles import steps

ELSEWHERE = 999_999


class World:
    """A cycle, a post and a roster with a service and a counter, and the same of another unit and another agency."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = make.agency(session)
        self.unit, self.other = (make.unit(session, self.agency) for _ in range(2))
        self.who, self.colleague = (make.employee(session, self.agency) for _ in range(2))
        self.cycle = steps.draft(session, self.agency)
        self.service, self.foreign_service = (make.service(session, unit) for unit in (self.unit, self.other))
        self.counter, self.foreign_counter = (self._counter(unit.id) for unit in (self.unit, self.other))
        self.post = make.assignment(session, self.who, self.unit, starts_on=steps.STARTS_ON)
        session.add(
            DutyEntry(
                agency_id=self.agency.id, unit_id=self.unit.id, counter_id=self.counter.id, employee_id=self.who.id,
                on_date=steps.STARTS_ON, recorded_at=steps.COMPUTED_AT,
            )
        )  # fmt: skip
        session.flush()

    def _counter(self, unit_id: int) -> Counter:
        made = Counter(
            agency_id=self.agency.id, unit_id=unit_id, code="loket-1", name="Loket 1", created_at=steps.COMPUTED_AT
        )
        self.session.add(made)
        self.session.flush()
        return made

    def by_post(self, **values: Any) -> dict[str, Any]:
        return {
            "agency_id": self.agency.id, "cycle_id": self.cycle.id, "employee_id": self.who.id, "level": "assignment",
            "assignment_id": self.post.id, "unit_id": self.unit.id, "service_id": self.service.id,
            "counter_id": self.counter.id, "day": steps.STARTS_ON, "days": 1, "channel": "token", "share": 1.0,
            "reason": "satu-satunya", "n": 3, "total": 9, "total_squares": 27, "baseline": 75.0, **values,
        }  # fmt: skip

    def by_record(self, **values: Any) -> dict[str, Any]:
        return self.by_post(level="counter", assignment_id=None, **values)

    def write(self, *rows: dict[str, Any]) -> None:
        names = ", ".join(rows[0])
        read = "jsonb_populate_recordset(NULL::contributions, CAST(:rows AS jsonb))"
        statement = sa.text(f"INSERT INTO contributions ({names}) SELECT {names} FROM {read}")
        self.session.execute(statement, {"rows": json.dumps(rows, default=str)})

    def refuses(self, match: str, *rows: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError, match=match), self.session.begin_nested():
            self.write(*rows)


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def test_rows_by_a_post_and_by_the_counter_record_are_taken(world: World) -> None:
    world.write(world.by_post(), world.by_post(counter_id=None), world.by_post(service_id=None), world.by_record())
    assert world.session.scalar(sa.text("SELECT count(*) FROM contributions")) == 4


@pytest.mark.parametrize("column", ["agency_id", "cycle_id", "employee_id", "unit_id", "service_id", "counter_id"])
@pytest.mark.parametrize("level", ["by_post", "by_record"])
def test_a_row_that_refers_to_nothing_is_refused_among_good_ones(world: World, level: str, column: str) -> None:
    of_level = getattr(world, level)
    world.refuses("contributions", of_level(service_id=None), of_level(**{column: ELSEWHERE}))


def test_a_row_refers_to_its_own_agency_only(world: World) -> None:
    foreign = World(world.session)
    own = world.by_post(counter_id=None)
    for column in ("cycle_id", "employee_id", "assignment_id", "service_id", "counter_id"):
        world.refuses("contributions", {**own, column: foreign.by_post()[column]})


def test_a_post_is_that_of_the_person_and_in_the_unit(world: World) -> None:
    world.refuses("by a post", world.by_post(assignment_id=ELSEWHERE))
    world.refuses("by a post", world.by_post(employee_id=world.colleague.id))
    world.refuses("by a post", world.by_post(unit_id=world.other.id, service_id=None, counter_id=None))


def test_a_counter_record_is_that_of_the_person_and_day(world: World) -> None:
    world.refuses("on duty", world.by_record(employee_id=world.colleague.id))
    world.refuses("on duty", world.by_record(day=steps.STARTS_ON + timedelta(days=1)))


def test_a_service_and_a_counter_are_of_the_unit(world: World) -> None:
    world.refuses("service of their unit", world.by_post(service_id=world.foreign_service.id))
    world.refuses("counter of their unit", world.by_post(counter_id=world.foreign_counter.id))


def test_a_row_that_stands_is_not_turned_to_something_else(world: World) -> None:
    world.write(world.by_post())
    for change in (
        "cycle_id = 999999", "employee_id = 999999", "assignment_id = 999999", "service_id = 999999",
        "counter_id = 999999", "unit_id = 999999", "level = 'counter', assignment_id = NULL, day = day + 1",
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match="contributions"), world.session.begin_nested():
            world.session.execute(sa.text(f"UPDATE contributions SET {change}"))


@pytest.mark.parametrize(
    ("table", "of"),
    [("cycles", "cycle"), ("services", "service"), ("counters", "counter"), ("assignments", "post"),
     ("employees", "who"), ("units", "unit"), ("duty_entries", None)],
)  # fmt: skip
def test_what_rows_refer_to_stays(world: World, table: str, of: str | None) -> None:
    world.write(world.by_post(), world.by_record())
    chosen = f" WHERE id = {getattr(world, of).id}" if of else ""
    for change in (f"DELETE FROM {table}{chosen}", f"UPDATE {table} SET id = id + 7000{chosen}"):
        with pytest.raises(IntegrityError), world.session.begin_nested():
            world.session.execute(sa.text(change))


@pytest.mark.parametrize("table", ["cycles", "services", "counters", "assignments", "employees", "units"])
def test_no_table_that_rows_refer_to_is_emptied(world: World, table: str) -> None:
    world.write(world.by_post())
    world.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    with pytest.raises(IntegrityError), world.session.begin_nested():
        world.session.execute(sa.text(f"TRUNCATE {table} CASCADE"))


def test_what_no_row_refers_to_may_go(world: World) -> None:
    world.write(world.by_post())
    for table, gone in (("services", world.foreign_service), ("counters", world.foreign_counter)):
        world.session.execute(sa.text(f"DELETE FROM {table} WHERE id = :id"), {"id": gone.id})
    assert world.session.scalar(sa.text("SELECT count(*) FROM counters")) == 1


@pytest.mark.parametrize("table", ["cycles", "services", "counters"])
def test_nobody_takes_away_what_rows_not_yet_committed_refer_to(live: Live, table: str) -> None:
    with live.app.app_context():
        session = db.session()
        world = World(session)
        session.commit()
        world.write(world.by_post())
        with db.engine.connect() as other:
            other.execute(sa.text("SET lock_timeout = '200ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                other.execute(sa.text(f"SELECT FROM {table} FOR UPDATE"))
            other.rollback()
            session.commit()
            with pytest.raises(IntegrityError):
                other.execute(sa.text(f"DELETE FROM {table}"))
        session.close()


def test_a_snapshot_from_before_takes_nothing_away(live: Live) -> None:
    with live.app.app_context():
        session = db.session()
        world = World(session)
        session.commit()
        with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as other:
            other.execute(sa.text("SELECT count(*) FROM contributions"))
            world.write(world.by_post())
            session.commit()
            with pytest.raises(IntegrityError, match="read committed"):
                other.execute(sa.text("DELETE FROM services"))
        session.close()

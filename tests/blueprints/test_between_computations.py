"""What is decided while a cycle is computed comes after it, on real sessions: no figure misses it for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.blueprints.between_computations import STANDS_STILL
from feedback_app.db import db
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.cut_off import hold_still
from feedback_app.evaluation.cycles.progress import waiting_replies
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies import reviewing
from feedback_app.evaluation.replies.rules import ContestOutcome, ContestState
from feedback_app.identity.rules import Role
from feedback_app.intake.first_feedback import office_moment
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import PostEdit, change_posts
from feedback_app.organisation.people.rules import ChangeKind
from tests import factories as make
from tests.browser.sites import serving
from tests.conftest import Live
from tests.evaluation.replies.people import BAD_WORDS, open_for_replies
from tests.evaluation.world import World
from tests.gates.addresses import UNSAFE
from tests.gates.visitor import Visitor, forms_of

WHY: Final = "Surat cutinya sah, jadi orang lain yang melayani."
WAITS: Final = sa.text(
    "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted"
    " AND a.datname = current_database()"
)


@dataclass
class Answer:
    """How a form that was sent beside a computation was answered."""

    status: int = 0
    page: str = ""
    thread: threading.Thread = field(default_factory=threading.Thread)


@pytest.fixture
def visitor(live: Live) -> Iterator[Visitor]:
    """A browser at a running server."""
    with live.app.app_context(), serving(live) as url:
        yield Visitor(int(str(urlsplit(url).port)))


def sent(visitor: Visitor, path: str, values: dict[str, str]) -> Answer:
    """Send a form without waiting for its answer."""
    answer = Answer()

    def send() -> None:
        answer.status, answer.page = visitor.send(path, values)

    answer.thread = threading.Thread(target=send)
    answer.thread.start()
    return answer


def compute_beside(cycle: Cycle, held: sa.Executable, act: Callable[[], Answer]) -> Answer:
    """Compute a cycle while a form is sent that comes to `held` after the computation began, before its clock."""
    answers = []

    def ask() -> datetime:
        answers.append(act())
        ends_at = time.monotonic() + 20
        while not session.scalar(WAITS):
            assert time.monotonic() < ends_at, "nobody waits"
            time.sleep(0.02)
        return clock.utcnow()

    with Session(db.engine, expire_on_commit=False) as session:
        # Whoever does not wait for the computation as such has asked the clock when it comes to this, and waits here.
        session.execute(held)
        mine = session.get_one(Cycle, (cycle.agency_id, cycle.id))
        compute(session, mine, actor=SYSTEM, now=hold_still(session, ask))
        session.commit()
    answers[0].thread.join(30)
    return answers[0]


def form_at(visitor: Visitor, page: str, action_ends: str) -> tuple[str, dict[str, str]]:
    """Return where a form of a page goes, and the values it carries."""
    (form,) = (one for one in forms_of(visitor.get(page)[1]) if one.action.endswith(action_ends))
    return form.action, dict(form.values)


@pytest.mark.slow
def test_a_contest_upheld_beside_a_computation_comes_after_it_and_wants_another(
    live: Live, visitor: Visitor, tmp_path: Path
) -> None:
    session = db.session()
    replies = open_for_replies(session, tmp_path, [(1, BAD_WORDS)])
    cycle, contest = replies.cycle, replies.file()
    reviewing.assign(
        session, cycle, contest, replies.reviewer.id, seen=None, user_id=replies.evaluator.id, today=replies.today,
        now=replies.now,
    )  # fmt: skip
    session.commit()
    visitor.sign_in(replies.reviewer.email)
    path = f"/petugas/penelaahan/{contest.id}"
    action, values = form_at(visitor, path, path)
    session.rollback()
    values |= {"outcome": ContestOutcome.UPHELD.value, "explanation": WHY}
    held = sa.select(Cycle.id).where(Cycle.id == cycle.id).with_for_update()
    answer = compute_beside(cycle, held, lambda: sent(visitor, action, values))
    session.expire_all()
    assert contest.state is ContestState.DECIDED, answer.page
    assert cycle.computed_at is not None
    assert contest.decided_at is not None
    assert contest.decided_at > cycle.computed_at
    assert waiting_replies(session, cycle).newer_than_figures == 1
    assert verify(session, cycle) == []


@pytest.mark.slow
def test_a_post_put_right_beside_a_computation_is_known_from_after_it(live: Live, visitor: Visitor) -> None:
    session = db.session()
    world = World.new(session)
    who, _other = world.person(), world.person()
    world.rate(*[4, 3, 2, 1] * 10)
    cycle = world.computed()
    asker, approver = (make.user(session, name=name) for name in ("Ana", "Budi"))
    for one in (asker, approver):
        make.grant(session, one, Role.PERSONNEL, world.agency)
    post = session.scalars(sa.select(Assignment).where(Assignment.employee_id == who.id)).one()
    at = office_moment(session, world.agency, clock.utcnow())
    change = change_posts(
        session, world.agency.id, ChangeKind.CANCEL, [PostEdit(post, None)], actor=person(asker.id), at=at,
        reason="Ia tidak pernah bertugas di sana.",
    )  # fmt: skip
    assert isinstance(change, PeopleChange)
    session.commit()
    visitor.sign_in(approver.email)
    action, values = form_at(visitor, "/petugas/pegawai/persetujuan", f"/{change.id}/setujui")
    session.rollback()
    held = sa.text("LOCK TABLE assignments IN SHARE MODE")
    answer = compute_beside(cycle, held, lambda: sent(visitor, action, values))
    session.expire_all()
    assert cycle.computed_at is not None
    assert post.superseded_at is not None, answer.page
    assert post.superseded_at > cycle.computed_at
    assert verify(session, cycle) == []


def test_only_the_computation_itself_is_not_among_those_it_waits_for(app: Flask) -> None:
    changing = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/petugas") and (rule.methods or set()) & set(UNSAFE)
    }  # fmt: skip
    assert changing >= STANDS_STILL
    hooked = {name for name in app.before_request_funcs if name}
    for endpoint in changing:
        blueprint = endpoint.partition(".")[0]
        # Surveys are apart from feedback: no cycle reads them.
        assert blueprint in hooked or blueprint.startswith("survey"), endpoint

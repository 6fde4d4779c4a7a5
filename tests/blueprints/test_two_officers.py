"""Two officers send the same act on one case at the same moment, over real sockets, from two computers.

The acts are not listed here: they are the forms that a case's own pages show, in every state a case can be in. Exactly
one of the two wins. The other reads a sentence that says so, and what they typed stands there still.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import CITIZEN
from feedback_app.blueprints.access import required_permissions
from feedback_app.db import db
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.desk.reclassification import reclassify
from feedback_app.handling.ending.archiving import archive
from feedback_app.handling.life import verify
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.publication.publishing import publish
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.restrictions import restrict
from tests import factories as make
from tests.blueprints.office import Office
from tests.browser.sites import serving
from tests.conftest import Live
from tests.gates.addresses import UNSAFE, guarded_rules, of_a_case
from tests.gates.visitor import Form, Visitor, forms_of

Values = Mapping[str, str | list[str]]
ANSWER: Final = "Kami mohon maaf; berkas Anda sudah selesai dan dapat diambil di loket 3."
# Where both may well have their way, or nothing of the case changes.
BOTH_STAND: Final = {
    "cases.original": "it only reads, and each reading is noted",
    "cases.add_note": "two notes are two notes",
    "cases.take_back_note": "whoever wrote a note takes it back; it has one author",
    "cases.proofs": "two pictures are two pictures",
    "cases.remove_proof": "gone is gone",
}
# What a form of two steps sends in the second.
SECOND_STEP: Final = {"publishing.publish": {"step": "publish"}}


@dataclass
class Desk:
    """An office on a running server, and two heads who see the unit and the one above, and look after the agency."""

    live: Live
    port: int
    office: Office
    third: User
    heads: list[User]
    visitors: list[Visitor]

    @property
    def session(self) -> Session:
        return self.office.session


@pytest.fixture
def desk(live: Live) -> Iterator[Desk]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session)
        above = make.unit(session, agency, name="Dinas")
        office = Office(session, agency, make.unit(session, agency, parent=above, name="Bidang"))
        make.unit(session, agency, parent=above, name="Bidang lain")
        make.unit(session, make.agency(session, name="Pemerintah Kota Lain"))
        people = [make.user(session, name=name) for name in ("Ana", "Budi", "Citra")]
        for who in people:
            make.grant(session, who, Role.UNIT_HEAD, agency, above)
            make.grant(session, who, Role.ADMINISTRATOR, agency)
        session.commit()
        with serving(live) as url:
            port = int(str(urlsplit(url).port))
            visitors = [Visitor(port), Visitor(port)]
            for visitor, who in zip(visitors, people, strict=False):
                visitor.sign_in(who.email)
            yield Desk(live, port, office, people[2], people[:2], visitors)


def _taken(desk: Desk, case: Case) -> None:
    take(desk.session, case, user_id=desk.third.id, now=clock.utcnow())


def _verified(desk: Desk, case: Case) -> None:
    verify(desk.session, case, user_id=desk.third.id, now=clock.utcnow())


def _archived(desk: Desk, case: Case) -> None:
    now = clock.utcnow()
    archive(desk.session, case, ArchiveReason.UNCLEAR, ANSWER, user_id=desk.third.id, now=now)


def _disputed(desk: Desk, case: Case) -> None:
    now = clock.utcnow()
    _taken(desk, case)
    respond(desk.session, case, ANSWER, user_id=desk.third.id, now=now)
    judge(desk.session, case, Outcome.DISPUTED, "Loket 3 tutup sepanjang hari.", now=now)


def _asks_for_information(desk: Desk, case: Case) -> None:
    now, wanted = clock.utcnow(), Classification.PUBLIC_INFORMATION
    reclassify(desk.session, case, wanted, "Pemohon menyebut UU KIP.", user_id=desk.third.id, now=now)
    _taken(desk, case)


def _merged(desk: Desk, case: Case) -> None:
    before = clock.utcnow() - timedelta(days=5)
    older = desk.office.report("Antrean KTP di loket dua lama sekali.", at=before)
    merge(desk.session, [case, older], user_id=desk.third.id, now=clock.utcnow())


def _published(desk: Desk, case: Case) -> None:
    now = clock.utcnow()
    _taken(desk, case)
    publish(desk.session, case, "Warga menunggu KTP.", None, user_id=desk.third.id, now=now)


def _without_a_unit(_desk: Desk, case: Case) -> None:
    case.unit_id, case.is_confidential, case.classification = None, True, Classification.OVERSIGHT


def _restricted(desk: Desk, case: Case) -> None:
    restrict(desk.session, case.agency_id, case.submission_id, actor=CITIZEN, now=clock.utcnow())


STATES: Final[dict[str, Callable[[Desk, Case], None]]] = {
    "new": lambda _desk, _case: None,
    "verified": _verified,
    "in progress": _taken,
    "archived": _archived,
    "disputed": _disputed,
    "information": _asks_for_information,
    "merged": _merged,
    "published": _published,
    "without a unit": _without_a_unit,
    "restricted": _restricted,
}


def case_in(desk: Desk, state: str) -> Case:
    """Make a case that stands so."""
    case = desk.office.report("Antrean KTP di loket dua lama sekali.")
    STATES[state](desk, case)
    desk.session.commit()
    return case


def acts_of(desk: Desk, visitor: Visitor, case_id: int) -> dict[str, Form]:
    """Return the forms of a case's page and of the pages that belong to it, by endpoint."""
    adapter = desk.live.app.url_map.bind("localhost")
    found: dict[str, Form] = {}
    for rule in guarded_rules(desk.live.app):
        if rule.arguments != {"case_id"} or "GET" not in (rule.methods or set()):
            continue
        _status, page = visitor.get(adapter.build(rule.endpoint, {"case_id": case_id}))
        for form in forms_of(page):
            if form.action.startswith(f"/petugas/kasus/{case_id}/"):
                endpoint, _values = adapter.match(form.action.partition("?")[0], method="POST")
                found.setdefault(endpoint, form)
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_of_two_who_act_at_once_one_wins_and_the_other_is_told(desk: Desk) -> None:
    raced: set[str] = set()
    wrong: list[str] = []
    for state in STATES:
        shown = acts_of(desk, desk.visitors[0], case_in(desk, state).id)
        for endpoint in sorted(shown.keys() - raced - BOTH_STAND.keys()):
            raced.add(endpoint)
            wrong += [f"{endpoint} ({state}): {what}" for what in race(desk, endpoint, state)]
    assert not wrong, "\n".join(wrong)
    assert unsafe_acts(desk) - raced - BOTH_STAND.keys() == set(), "no page of a case shows a form for these"


def unsafe_acts(desk: Desk) -> set[str]:
    """Return the endpoints that change a case."""
    app = desk.live.app
    return {
        rule.endpoint
        for rule in guarded_rules(app)
        if of_a_case(rule) and "case_id" in rule.arguments and (rule.methods or set()) & set(UNSAFE)
        if required_permissions(app.view_functions[rule.endpoint])
    }


def race(desk: Desk, endpoint: str, state: str) -> list[str]:
    """Let both send one act on a fresh case; return what went wrong."""
    case = case_in(desk, state)
    typed = [f"Kata {who.name} tentang kasus {case.id}, menurut catatan." for who in desk.heads]
    forms = [acts_of(desk, visitor, case.id)[endpoint] for visitor in desk.visitors]
    before = last_act(desk)
    answers = sent_at_once(desk, endpoint, forms, typed)
    winners = [place for place, who in enumerate(desk.heads) if acted(desk, case, who, before)]
    if len(winners) != 1:
        return [f"{len(winners)} won; answered {[status for status, _ in answers]}"]
    (winner,) = winners
    found = [] if answers[winner][0] in {302, 303} else [f"the winner was answered {answers[winner][0]}"]
    status, page = answers[1 - winner]
    # Who may not see the case any more once the first has acted is answered 404, with what they typed.
    if status not in {303, 404, 409}:
        found.append(f"the other was answered {status}")
    if "error-summary" not in page and "notice-error" not in page and 'role="alert"' not in page:
        found.append("no sentence for the other")
    if forms[0].boxes and typed[1 - winner] not in page:
        found.append("what the other typed is gone")
    if forms[0].boxes and said(desk, case, typed[1 - winner]):
        found.append("the citizen reads both")
    return found


def sent_at_once(desk: Desk, endpoint: str, forms: list[Form], typed: list[str]) -> list[tuple[int, str]]:
    """Send both forms when both are ready; return how each was answered."""
    second = SECOND_STEP.get(endpoint, {})
    return at_once(
        desk, [(form.action, {**form.filled(words), **second}) for form, words in zip(forms, typed, strict=True)]
    )


def at_once(desk: Desk, calls: list[tuple[str, Values]]) -> list[tuple[int, str]]:
    """Let both visitors send at the same moment."""
    ready, answers = threading.Barrier(2), [(0, ""), (0, "")]

    def send(place: int) -> None:
        ready.wait(timeout=30)
        answers[place] = desk.visitors[place].send(*calls[place])

    threads = [threading.Thread(target=send, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=90)
    return answers


def last_act(desk: Desk) -> int:
    desk.session.rollback()
    return desk.session.scalar(sa.select(sa.func.max(AuditEvent.id))) or 0


def acted(desk: Desk, case: Case, who: User, since: int) -> bool:
    """Tell whether the audit trail holds an act of somebody on this case."""
    desk.session.rollback()
    return bool(
        desk.session.scalar(
            sa.select(sa.func.count()).where(
                AuditEvent.id > since, AuditEvent.actor_id == who.id, AuditEvent.agency_id == case.agency_id,
            )
        )
    )  # fmt: skip


def said(desk: Desk, case: Case, words: str) -> bool:
    """Tell whether a citizen was sent these words."""
    query = sa.select(sa.func.count()).where(Reply.agency_id == case.agency_id, Reply.text == words)
    return bool(desk.session.scalar(query))


@pytest.mark.slow
def test_an_act_sent_from_an_old_page_is_refused_with_its_words(desk: Desk) -> None:
    case = case_in(desk, "in progress")
    first, second = (acts_of(desk, visitor, case.id) for visitor in desk.visitors)
    status, _ = desk.visitors[0].send(first["cases.progress"].action, first["cases.progress"].filled(ANSWER))
    assert status == 303
    typed = "Berkas Anda sedang kami periksa di arsip."
    for endpoint in ("cases.reply", "cases.ask", "cases.archive"):
        if endpoint in second:
            status, page = desk.visitors[1].send(second[endpoint].action, second[endpoint].filled(typed))
            assert status == 409, endpoint
            assert typed in page, endpoint
            assert not said(desk, case, typed), endpoint


@pytest.mark.slow
def test_of_two_who_verify_the_same_cases_at_once_each_case_moves_once(desk: Desk) -> None:
    cases = [case_in(desk, "new") for _ in range(3)]
    chosen = [f"{case.id}:{case.version}" for case in cases]
    asked = urlencode({"act": "verify", "case": chosen}, doseq=True)
    calls: list[tuple[str, Values]] = []
    for visitor in desk.visitors:
        (form,) = (one for one in forms_of(visitor.get(f"/petugas/sekaligus?{asked}")[1]) if "act" in one.values)
        calls.append((form.action, {**form.values, "case": chosen}))
    pages = [page for _status, page in at_once(desk, calls)]
    desk.session.rollback()
    for case in cases:
        moved = sa.select(sa.func.count()).where(
            CaseEvent.case_id == case.id, CaseEvent.to_status == CaseStatus.VERIFIED,
            CaseEvent.from_status != CaseEvent.to_status,
        )  # fmt: skip
        assert desk.session.scalar(moved) == 1
    # Whoever came second to a case reads which one it was.
    assert any("tidak berubah" in page or "error-summary" in page for page in pages)

"""Who runs the platform reads nothing; glass is broken for minutes, by two people, and before the agency's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.handling.break_glass.rules import Standing, standing_of
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.models import User
from feedback_app.identity.rules import RequestOutcome, Role
from feedback_app.notifications.models import Message
from tests import factories as make
from tests.blueprints.test_access_matrix import met
from tests.gates.addresses import Values, guarded_rules
from tests.gates.sight import Kind, Place
from tests.gates.world import World, canary, signed_in, standing_world

REASON = "Antrean tidak bergerak sejak pagi dan kasus tidak dapat dibuka petugas."
ASK = "/petugas/platform/darurat"


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


def browser_of(app: Flask, session: Session, who: User) -> FlaskClient:
    session.commit()
    return signed_in(app, who)


def administrator(world: World) -> User:
    who = make.user(world.session)
    make.grant(world.session, who, Role.ADMINISTRATOR, world.agency)
    return who


def inspector(world: World) -> User:
    who = make.user(world.session)
    make.grant(world.session, who, Role.INSPECTOR, world.agency, world.units[Place.INSPECTORATE])
    return who


def asked(world: World, browser: FlaskClient, case_id: int | None = None) -> BreakGlass:
    form = {
        "agency_id": str(world.agency.id), "case_id": str(case_id or ""), "minutes": "30", "reason": REASON,
    }  # fmt: skip
    answer = browser.post(ASK, data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return world.session.scalars(sa.select(BreakGlass).order_by(BreakGlass.id.desc()).limit(1)).one()


def decide(world: World, browser: FlaskClient, opening: BreakGlass, act: str, side: str = "akses") -> int:
    base = f"/petugas/akses/{world.agency.id}/darurat" if side == "akses" else f"{ASK}/{world.agency.id}"
    return browser.post(f"{base}/{opening.id}/{act}", data={"reason": "Tidak perlu dibuka."}).status_code


def inbox(world: World, opening: BreakGlass) -> str:
    return f"{ASK}/{world.agency.id}/{opening.id}"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_operator_opens_no_page_of_an_agency_and_reads_no_word_of_a_case(
    app: Flask, session: Session, connection: sa.Connection, world: World
) -> None:
    browser = browser_of(app, session, make.operator(session))
    adapter, opened = app.url_map.bind("localhost"), set()
    for rule in guarded_rules(app):
        values: Values = dict.fromkeys(rule.arguments, world.cases[Kind.PLAIN].id)
        if "agency_id" in rule.arguments:
            values["agency_id"] = world.agency.id
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            status, page = met(connection, browser, adapter.build(rule.endpoint, values, method=method), method)
            assert not [kind.name for kind in Kind if canary(kind) in page], rule.endpoint
            assert "/petugas/kasus/" not in page, rule.endpoint
            if status < 400:
                opened.add(rule.endpoint)
    assert "platform.page" in opened
    of_everybody = {
        "staff", "account", "calculators", "platform", "step_up", "factors", "sign_ins", "security",
    }  # fmt: skip
    assert {endpoint.split(".")[0] for endpoint in opened} <= of_everybody


def test_the_state_of_the_platform_is_numbers(app: Flask, session: Session, world: World) -> None:
    page = browser_of(app, session, make.operator(session)).get("/petugas/platform").get_data(as_text=True)
    assert "Pemerintah Kota Kupang" in page
    assert "Pemerintah Kota Mataram" in page
    assert world.answerer.name not in page
    assert "Bidang itu sendiri" not in page


def test_nothing_opens_before_a_second_person_agrees(app: Flask, session: Session, world: World) -> None:
    owner = administrator(world)
    browser = browser_of(app, session, make.operator(session))
    opening = asked(world, browser)
    assert browser.get(inbox(world, opening)).status_code == 404
    assert decide(world, browser, opening, "setujui", "platform") == 403
    assert browser.get(inbox(world, opening)).status_code == 404
    told = session.scalars(sa.select(Message).where(Message.user_id == owner.id)).all()
    assert [message.template for message in told] == ["break_glass_asked"]
    assert REASON not in str([message.params for message in told])


def test_what_waits_stands_on_the_home_page_of_whoever_decides(app: Flask, session: Session, world: World) -> None:
    owner, examiner, operator = administrator(world), inspector(world), make.operator(session)
    browser = browser_of(app, session, operator)
    homes = {who.id: signed_in(app, who) for who in (owner, examiner, operator)}

    def told() -> set[int]:
        return {
            who for who, home in homes.items() if "akses darurat menunggu Anda" in home.get("/petugas/").get_data(True)
        }

    for before in session.scalars(sa.select(BreakGlass)).all():
        decide(world, homes[owner.id], before, "tolak")
    assert told() == set()
    opening = asked(world, browser)
    assert told() == {owner.id}
    assert decide(world, homes[owner.id], opening, "tolak") == 303
    assert told() == set()
    opening = asked(world, browser, world.cases[Kind.CONFIDENTIAL].id)
    assert told() == {owner.id, examiner.id}
    assert decide(world, homes[owner.id], opening, "setujui") == 303
    assert told() == {examiner.id}


def test_an_operator_finds_their_pages_at_home(app: Flask, session: Session) -> None:
    home = browser_of(app, session, make.operator(session)).get("/petugas/").get_data(as_text=True)
    assert 'class="tile" href="/petugas/platform"' in home
    assert 'class="tile" href="/petugas/platform/darurat"' in home


@pytest.mark.parametrize("side", ["akses", "platform"])
def test_an_agreed_opening_shows_plain_cases_to_read_and_the_agency_sees_what_was_read(
    app: Flask, session: Session, world: World, side: str
) -> None:
    owner = administrator(world)
    second = make.operator(session) if side == "platform" else owner
    browser = browser_of(app, session, make.operator(session, name="Operator Satu"))
    opening = asked(world, browser)
    assert decide(world, signed_in(app, second), opening, "setujui", side) == 303
    page = browser.get(inbox(world, opening)).get_data(as_text=True)
    plain = world.cases[Kind.PLAIN].id
    assert f"#{plain}" in page
    assert f"#{world.cases[Kind.CONFIDENTIAL].id}<" not in page
    read = browser.get(f"{inbox(world, opening)}/kasus/{plain}")
    assert canary(Kind.PLAIN) in read.get_data(as_text=True)
    for kind in (Kind.CONFIDENTIAL, Kind.ALLEGATION, Kind.CLEARED, Kind.WAITING):
        assert browser.get(f"{inbox(world, opening)}/kasus/{world.cases[kind].id}").status_code == 404
    # On every page, while it lasts.
    assert "Akses darurat ke Pemerintah Kota Kupang terbuka" in browser.get("/petugas/akun").get_data(as_text=True)
    shown = signed_in(app, owner).get("/petugas/akses/darurat").get_data(as_text=True)
    assert "Operator Satu" in shown
    assert REASON in shown
    assert f"kasus nomor {plain}" in shown
    acts = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_type == "break_glass")).all()
    assert acts.count("handling.open_break_glass") == 2
    assert {"handling.ask_break_glass", "handling.approve_break_glass"} <= set(acts)


def _broken(world: World, app: Flask, case_id: int | None = None) -> tuple[BreakGlass, FlaskClient, User]:
    owner, operator = administrator(world), make.operator(world.session)
    browser = browser_of(app, world.session, operator)
    opening = asked(world, browser, case_id)
    assert decide(world, signed_in(app, owner), opening, "setujui") == 303
    return opening, browser, owner


CLOSING: dict[str, Callable[[World, Flask, BreakGlass, FlaskClient, User], object]] = {
    "ended by the agency": lambda w, a, o, _b, owner: decide(w, signed_in(a, owner), o, "akhiri"),
    "ended by the operator": lambda w, _a, o, b, _owner: decide(w, b, o, "akhiri", "platform"),
    "an operator no more": lambda w, _a, o, _b, _owner: w.session.execute(
        sa.text(
            "UPDATE platform_operators SET ends_on = current_date - 9, ended_at = now(), end_reason = 'Pindah tugas.' "
            "WHERE user_id = :who"
        ),
        {"who": o.asked_by},
    ),
}


@pytest.mark.parametrize("how", CLOSING)
def test_an_opening_closes_at_once(app: Flask, session: Session, world: World, how: str) -> None:
    opening, browser, owner = _broken(world, app)
    assert browser.get(inbox(world, opening)).status_code == 200
    CLOSING[how](world, app, opening, browser, owner)
    session.commit()
    assert browser.get(inbox(world, opening)).status_code in {403, 404}
    assert browser.get(f"{inbox(world, opening)}/kasus/{world.cases[Kind.PLAIN].id}").status_code in {403, 404}


def test_an_opening_closes_by_itself(
    app: Flask, session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, browser, _owner = _broken(world, app)
    ends_at = session.get_one(BreakGlass, (opening.agency_id, opening.id), populate_existing=True).ends_at
    assert ends_at is not None
    monkeypatch.setattr(clock, "utcnow", lambda: ends_at - timedelta(seconds=1))
    assert browser.get(inbox(world, opening)).status_code == 200
    monkeypatch.setattr(clock, "utcnow", lambda: ends_at)
    assert browser.get(inbox(world, opening)).status_code == 404


def test_the_glass_of_one_operator_and_agency_opens_nothing_for_another(
    app: Flask, session: Session, world: World
) -> None:
    opening, browser, _owner = _broken(world, app)
    other = browser_of(app, session, make.operator(session))
    assert other.get(inbox(world, opening)).status_code == 404
    assert browser.get(f"{ASK}/{world.other.id}/{opening.id}").status_code == 404


def test_one_case_opens_one_case(app: Flask, session: Session, world: World) -> None:
    plain, inspected = world.cases[Kind.PLAIN].id, world.cases[Kind.INSPECTED].id
    opening, browser, _owner = _broken(world, app, plain)
    assert browser.get(f"{inbox(world, opening)}/kasus/{plain}").status_code == 200
    assert browser.get(f"{inbox(world, opening)}/kasus/{inspected}").status_code == 404
    assert f"#{inspected}" not in browser.get(inbox(world, opening)).get_data(as_text=True)


@pytest.mark.parametrize("kind", [Kind.CONFIDENTIAL, Kind.ALLEGATION, Kind.CLEARED])
def test_a_confidential_case_opens_after_the_inspektorat_agreed_alone(
    app: Flask, session: Session, world: World, kind: Kind
) -> None:
    case_id = world.cases[kind].id
    examiner = inspector(world)
    opening, browser, owner = _broken(world, app, case_id)
    assert browser.get(f"{inbox(world, opening)}/kasus/{case_id}").status_code == 404
    # Neither who administers the agency nor the operator stands for the Inspektorat.
    assert decide(world, signed_in(app, owner), opening, "inspektorat") == 403
    assert decide(world, browser, opening, "inspektorat") == 403
    assert decide(world, browser_of(app, session, examiner), opening, "inspektorat") == 303
    answer = browser.get(f"{inbox(world, opening)}/kasus/{case_id}")
    assert answer.status_code == 200
    assert canary(kind) in answer.get_data(as_text=True)


def test_what_the_inspektorat_is_accused_of_itself_stays_closed(app: Flask, session: Session, world: World) -> None:
    examiner = inspector(world)
    opening, browser, _owner = _broken(world, app, world.cases[Kind.WAITING].id)
    assert decide(world, browser_of(app, session, examiner), opening, "inspektorat") == 404
    assert browser.get(f"{inbox(world, opening)}/kasus/{world.cases[Kind.WAITING].id}").status_code == 404


def test_the_inspektorat_may_refuse_what_others_agreed_to(app: Flask, session: Session, world: World) -> None:
    examiner = inspector(world)
    opening, browser, _owner = _broken(world, app, world.cases[Kind.ALLEGATION].id)
    assert decide(world, browser_of(app, session, examiner), opening, "tolak") == 303
    assert browser.get(inbox(world, opening)).status_code == 404
    session.refresh(opening)
    assert opening.outcome is RequestOutcome.REFUSED


def test_a_case_that_becomes_confidential_meanwhile_closes(app: Flask, session: Session, world: World) -> None:
    case = world.cases[Kind.PLAIN]
    opening, browser, _owner = _broken(world, app, case.id)
    path = f"{inbox(world, opening)}/kasus/{case.id}"
    assert browser.get(path).status_code == 200
    session.execute(sa.text("UPDATE cases SET is_confidential = true WHERE id = :id"), {"id": case.id})
    session.commit()
    assert browser.get(path).status_code == 404


def test_what_nobody_answers_for_a_day_lapses(app: Flask, session: Session, world: World) -> None:
    owner = administrator(world)
    browser = browser_of(app, session, make.operator(session))
    opening = asked(world, browser)
    assert standing_of(opening, opening.asked_at + timedelta(hours=23)) is Standing.WAITING
    assert standing_of(opening, opening.asked_at + timedelta(hours=24)) is Standing.LAPSED
    again = {"agency_id": str(world.agency.id), "minutes": "30", "reason": REASON}
    refused = browser.post(ASK, data=again)
    assert refused.status_code == 422
    assert REASON in refused.get_data(as_text=True)
    assert decide(world, signed_in(app, owner), opening, "setujui") == 303


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "Darurat"}, {"minutes": "5"}, {"minutes": "600"}, {"agency_id": ""}, {"case_id": "satu"}],
    ids=["no reason", "too short", "too long", "no agency", "no number"],
)
def test_an_emergency_is_told_in_full(app: Flask, session: Session, world: World, wrong: dict[str, str]) -> None:
    browser = browser_of(app, session, make.operator(session))
    form = {"agency_id": str(world.agency.id), "case_id": "", "minutes": "30", "reason": REASON, **wrong}
    assert browser.post(ASK, data=form).status_code == 422
    assert session.scalars(sa.select(BreakGlass).where(BreakGlass.reason == REASON)).all() == []

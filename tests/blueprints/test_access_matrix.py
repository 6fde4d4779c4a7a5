"""Every guarded address, tried by an account of every role at every place, on a case of every kind.

Nothing is listed by hand: the addresses come from the application's own map, so a new page is tried from its first
day. What is expected stands in `tests/gates/sight.py`, written from the law and not from the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case, Reply
from feedback_app.identity.rules import PERMISSIONS, Permission, Role
from tests import factories as make
from tests.gates.addresses import IN_A_CASE, Address, Gate, Values, addresses, guarded_rules, of_a_case
from tests.gates.sight import Kind, Place, sees
from tests.gates.world import HOLDERS, Holder, World, canary, signed_in, standing_world


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


def met(connection: sa.Connection, client: FlaskClient, path: str, method: str = "GET") -> tuple[int, str]:
    """Call an address and undo what the call did; return the status and the page."""
    attempt, cookie = connection.begin_nested(), client.get_cookie("session")
    try:
        with client.open(path, method=method) as answer:
            return answer.status_code, answer.get_data().decode(errors="replace")
    finally:
        attempt.rollback()
        # What it made of the sign-in is undone as well, so its cookie is again that of before.
        if cookie is not None:
            client.set_cookie("session", cookie.value)


def agrees(status: int, expected: Gate) -> bool:
    if expected is Gate.OPEN:
        return status < 500 and status not in {401, 403, 404, 405}
    return bool(status == expected.value)


def told_too_much(world: World, holder: Holder, page: str) -> list[str]:
    """Return the kinds of case of which this page holds a word, or a link, and the account may see none."""
    carried = _carried(holder)
    hidden = [kind for kind in Kind if not any(sees(holder.role, holder.place, kind, wanted) for wanted in carried)]
    linked = set(map(int, re.findall(r"/kasus/(\d+)", page)))
    return [kind.name for kind in hidden if canary(kind) in page or world.cases[kind].id in linked]


def shared_out(found: list[Address], holder: Holder) -> list[Address]:
    """Return the addresses without most of those that are closed to the role whatever they name.

    Each account of a role tries another part of them, and those at its eight places together all of them: every
    address, on every kind of case.
    """
    if holder.role is Role.INSPECTOR:
        # There is one place for it, so this account tries everything.
        return found
    number = list(HOLDERS).index(holder.name)
    kind = list(Kind)[number % len(Kind)]

    def is_mine(place: int, one: Address) -> bool:
        if one.wanted & _carried(holder):
            return True
        return one.target.about is kind if one.target.about else (place + number) % 4 == 0

    return [one for place, one in enumerate(found) if is_mine(place, one)]


def a_part(found: list[Address], holder: Holder) -> list[Address]:
    """Return a sixth of those addresses, another one for each account of the role.

    Between them the accounts of a role try each address that is open to it, at one place at least; a role of fewer
    than six places is given larger parts.
    """
    peers = [name for name, (role, _place, shift) in HOLDERS.items() if (None if shift else role) is holder.role]
    number, parts = peers.index(holder.name), min(6, len(peers))
    mine = shared_out(found, holder)
    return [one for place, one in enumerate(found) if (place + number) % parts == 0 and one in mine]


def _carried(holder: Holder) -> frozenset[Permission]:
    return PERMISSIONS[holder.role] if holder.role else frozenset()


def faults(connection: sa.Connection, client: FlaskClient, holder: Holder, world: World, at: Address) -> Iterator[str]:
    expected = at.expected(holder)
    status, page = met(connection, client, at.path, at.method)
    about = f"{at.method} {at.endpoint} {at.target.about}"
    if not agrees(status, expected):
        yield f"{about}: {status}, expected {expected.name}"
    yield from (f"{about} tells of {kind}" for kind in told_too_much(world, holder, page))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", HOLDERS)
@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(a_part, id="a part"),
        pytest.param(shared_out, id="shared out", marks=pytest.mark.slow),
        pytest.param(lambda found, _holder: found, id="all", marks=pytest.mark.exhaustive),
    ],
)
def test_an_account_meets_at_every_address_what_its_role_and_place_say(
    app: Flask,
    connection: sa.Connection,
    world: World,
    name: str,
    chosen: Callable[[list[Address], Holder], list[Address]],
) -> None:
    holder = world.holder(name)
    world.session.commit()
    client = signed_in(app, holder.user)
    tried = chosen(addresses(app, world), holder)
    wrong = [fault for at in tried for fault in faults(connection, client, holder, world, at)]
    assert not wrong, "\n".join(wrong)


def test_the_accounts_of_a_role_try_every_kind_of_case_at_every_address(app: Flask, world: World) -> None:
    found = addresses(app, world)
    everything = {(one.endpoint, one.method, one.target.about) for one in found}
    for role in Role:
        tried = set()
        for name, (given, place, shift) in HOLDERS.items():
            if given is role and shift == 0:
                holder = Holder(name, role, place, world.answerer)
                tried |= {(one.endpoint, one.method, one.target.about) for one in shared_out(found, holder)}
        assert tried == everything, role


def test_the_parts_of_a_role_s_accounts_are_together_all_that_is_open_to_it(app: Flask, world: World) -> None:
    found = addresses(app, world)
    for role in Role:
        tried: list[Address] = []
        for name, (given, place, shift) in HOLDERS.items():
            if given is role and shift == 0:
                tried += a_part(found, Holder(name, role, place, world.answerer))
        assert [one for one in found if one.wanted & PERMISSIONS[role] and one not in tried] == [], role


CURIOUS = [
    pytest.param("officer at INSPECTORATE"),
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("administrator at AGENCY", "unit_head at OWN", "unit_head at ABOVE", "unit_head at OTHER_AGENCY")
    ),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", CURIOUS)
def test_no_list_tells_of_a_hidden_case_however_it_is_asked(
    app: Flask, connection: sa.Connection, world: World, name: str
) -> None:
    holder = world.holder(name)
    world.session.commit()
    client, wrong = signed_in(app, holder.user), []
    lists = {rule.rule for rule in guarded_rules(app) if not rule.arguments and "GET" in (rule.methods or set())}
    assert len(lists) >= 10
    for path in sorted(lists):
        for asked in questions(world):
            _status, page = met(connection, client, f"{path}?{urlencode(asked)}")
            wrong += [f"{path} {asked} tells of {kind}" for kind in told_too_much(world, holder, page)]
    assert not wrong, "\n".join(wrong)


def questions(world: World) -> list[dict[str, str | int]]:
    """What an address may carry to make a list show more."""
    confidential, alleged = world.cases[Kind.CONFIDENTIAL].id, world.cases[Kind.ALLEGATION].id
    return [
        {"q": "menolak"},
        {"q": f"#{confidential}"},
        {"q": f"#{alleged}"},
        {"unit": world.units[Place.OWN].id},
        {"unit": world.units[Place.INSPECTORATE].id},
        {"case": confidential, "case_id": confidential, "id": confidential},
        {"group": "reopened", "status": "in_progress", "classification": "oversight"},
    ]


@pytest.mark.slow
def test_who_examines_and_belongs_to_the_accused_unit_opens_no_allegation(
    app: Flask, connection: sa.Connection, world: World
) -> None:
    both = world.holder("officer at INSPECTORATE").user
    make.grant(world.session, both, Role.EVALUATOR, world.agency, world.units[Place.OWN])
    world.session.commit()
    client = signed_in(app, both)
    for address in addresses(app, world):
        if address.target.about is Kind.ALLEGATION:
            assert met(connection, client, address.path, address.method)[0] in {403, 404}, address
        elif address.target.about is None:
            assert canary(Kind.ALLEGATION) not in met(connection, client, address.path, address.method)[1], address


def test_a_thing_of_another_case_is_not_opened_through_ones_own(
    app: Flask, connection: sa.Connection, world: World
) -> None:
    head = world.holder(f"{Role.UNIT_HEAD.value} at {Place.OWN.name}")
    world.session.commit()
    client, adapter, tried = signed_in(app, head.user), app.url_map.bind("localhost"), 0
    for rule in guarded_rules(app):
        # A template belongs to no case.
        if not of_a_case(rule) or not rule.arguments - {"case_id", "request_id", "template_id"}:
            continue
        values: Values = {name: IN_A_CASE[name](world, Kind.ALLEGATION) for name in rule.arguments}
        values["case_id"] = world.cases[Kind.PLAIN].id
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            status, page = met(connection, client, adapter.build(rule.endpoint, values, method=method), method)
            assert status == 404, (method, rule.endpoint)
            assert told_too_much(world, head, page) == []
            tried += 1
    assert tried


def test_a_route_nobody_explained_is_refused_with_a_word(app: Flask, world: World) -> None:
    strange = Flask("strange")
    strange.add_url_rule("/petugas/<int:star_id>", "stars.one", lambda star_id: str(star_id))
    with pytest.raises(LookupError, match=r"stars\.one .*say in .* which object star_id names"):
        addresses(strange, world)


def test_a_list_that_may_be_asked_does_find_what_is_seen(app: Flask, connection: sa.Connection, world: World) -> None:
    head = world.holder("unit_head at OWN")
    world.session.commit()
    _status, page = met(connection, signed_in(app, head.user), "/petugas/kotak-masuk?q=menolak")
    assert canary(Kind.PLAIN) in page
    assert canary(Kind.CONFIDENTIAL) in page


@pytest.mark.parametrize("step", ["", "preview", "send", "save"])
def test_no_form_for_many_reaches_a_hidden_case(app: Flask, session: Session, world: World, step: str) -> None:
    head = world.holder("unit_head at OWN")
    session.commit()
    client, hidden = signed_in(app, head.user), world.cases[Kind.ALLEGATION]
    before, plain = standing(session, hidden), world.cases[Kind.PLAIN].id
    for path in ("/petugas/sekaligus", "/petugas/tanggapi-bersama", f"/petugas/kasus/{plain}/gabung"):
        for act in ("verify", "assign", "dispose", "merge"):
            form = {
                "case": [f"{hidden.id}:{hidden.version}", str(hidden.id)], "number": str(hidden.id), "act": act,
                "text": "Kami sudah memeriksa loket itu.", "step": step, "to_user": str(head.user.id),
                "to_unit": str(world.units[Place.OWN].id), "reason": "Urusan kami.", "version": "1",
            }  # fmt: skip
            for answer in (client.get(path, query_string=form), client.post(path, data=form)):
                assert answer.status_code < 500
                assert told_too_much(world, head, answer.get_data(as_text=True)) == [], (path, act)
    assert standing(session, hidden) == before


def standing(session: Session, case: Case) -> tuple[int, int | None, int]:
    """Return how a case stands, and how often its citizen was told something."""
    fresh = session.get_one(Case, (case.agency_id, case.id), populate_existing=True)
    told = session.scalar(sa.select(sa.func.count()).where(Reply.case_id == case.id))
    return fresh.version, fresh.unit_id, told or 0

"""The way out is in sight on every page of staff (ASVS 5.0, 7.4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login
from tests.gates.addresses import addresses
from tests.gates.world import HOLDERS, World, signed_in, standing_world

FORM = re.compile(r'<form method="post" action="/keluar">.*?<button type="submit">Keluar</button>', re.DOTALL)
# Every role, where it reaches furthest.
EVERYBODY = [
    next(
        name for place in ("AGENCY", "INSPECTORATE", "ABOVE", "OWN") if (name := f"{role.value} at {place}") in HOLDERS
    )
    for role in Role
]


@pytest.fixture
def world(app: Flask, session: Session, tmp_path: Path) -> Iterator[World]:
    with standing_world(app, session, tmp_path) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_page_of_staff_has_the_form_that_signs_out(app: Flask, world: World) -> None:
    holders = [world.holder(name) for name in EVERYBODY]
    world.session.commit()
    # One object of a kind is enough: the frame of a page does not hang on it.
    once = {(one.endpoint, one.target.about is None): one for one in addresses(app, world) if one.method == "GET"}
    seen, without = set(), []
    for holder in holders:
        client = signed_in(app, holder.user)
        for (endpoint, _), one in once.items():
            answer = client.get(one.path)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                seen.add(endpoint)
                if not FORM.search(answer.get_data(as_text=True)):
                    without.append((endpoint, holder.name))
    assert without == []
    assert len(seen) >= 80


def test_who_signs_out_reads_that_they_are_out(client: FlaskClient, login: Login, session: Session) -> None:
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, make.agency(session))
    session.commit()
    answer = login(officer).post("/keluar")
    assert answer.location == "/masuk?sebab=signed_out"
    assert "Anda sudah keluar." in client.get(answer.location).get_data(as_text=True)

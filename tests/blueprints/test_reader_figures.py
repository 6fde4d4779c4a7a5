"""What the page of the reader says of figures: of which version, of which units, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.models import ModelRound, ReviewState
from feedback_app.identity.rules import Role
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest
from tests import factories as make
from tests.analysis.learning.makers import read_text, reviewed
from tests.blueprints.office import Office, new_office

PAGE = "/petugas/pembaca"
Login = Callable[[object], FlaskClient]
EMPTY: dict[str, Any] = dict.fromkeys(("kind", "sentiment", "aspect", "urgency", "abusive"))


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def _page(client: FlaskClient) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def _audited(session: Session, unit: object, n: int, version: str = "uji-1") -> None:
    who = make.user(session)
    for _ in range(n):
        labels = read_text(session, unit, at=clock.utcnow(), model_version=version)  # type: ignore[arg-type]
        reviewed(session, labels, who, at=clock.utcnow())


def test_units_of_one_name_in_two_agencies_stand_on_the_page_of_their_own(
    office: Office, session: Session, login: Login
) -> None:
    other = make.agency(session)
    who = office.staff(Role.ADMINISTRATOR, everywhere=True)
    make.grant(session, who, Role.ADMINISTRATOR, other)
    for agency in (office.agency, other):
        _audited(session, make.unit(session, agency, name="Loket Kependudukan"), 10)
    client = login(who)
    for agency in (office.agency, other):
        client.post("/petugas/instansi", data={"agency": agency.id})
        assert _page(client).count('<th scope="row">Loket Kependudukan</th>') == 1


def test_two_units_of_one_name_in_one_agency_break_nothing(office: Office, session: Session, login: Login) -> None:
    for _ in range(2):
        _audited(session, make.unit(session, office.agency, name="Loket Kependudukan"), 10)
    page = _page(login(office.staff(Role.ADMINISTRATOR, everywhere=True)))
    assert page.count('<th scope="row">Loket Kependudukan</th>') == 2


def test_the_page_says_of_which_version_figures_are_and_what_was_skipped(
    office: Office, session: Session, login: Login
) -> None:
    _audited(session, office.unit, 12, "uji-1")
    _audited(session, office.unit, 3, "uji-2")
    labels = read_text(session, office.unit, at=clock.utcnow(), model_version="uji-2")
    reviewed(session, labels, make.user(session), at=clock.utcnow(), state=ReviewState.SKIPPED, **EMPTY)
    client = login(office.staff(Role.ADMINISTRATOR, everywhere=True))
    page = _page(client)
    assert "karena jawaban versi uji-2 belum cukup banyak yang diperiksa" in page
    assert "1 tulisan acak dilewati" in page
    assert "; dari 15 tulisan" in page
    _audited(session, office.unit, 30, "uji-2")
    page = _page(client)
    assert "Hanya jawaban versi uji-2." in page
    assert "; dari 33 tulisan" in page


def test_few_texts_are_said_to_tell_nothing_of_drift(office: Office, login: Login) -> None:
    page = _page(login(office.staff(Role.ADMINISTRATOR, everywhere=True)))
    assert f"Perubahan isi tulisan belum dapat dikenali untuk {office.agency.name}" in page


def test_a_registered_model_that_this_program_refuses_is_not_said_to_read(
    office: Office, session: Session, login: Login
) -> None:
    shipped = read_manifest(DEFAULT_ARTEFACT)
    registry.register_shipped(session, shipped, now=make.NOW)
    row = ModelRound(started_at=make.NOW)
    session.add(row)
    session.flush()
    registry.store_refit(session, "uji-1", {"model_version": "uji-1"}, b"x", until=None, now=make.NOW)
    registry.promote(session, "uji-1", row.id, now=make.NOW)
    page = _page(login(office.staff(Role.ADMINISTRATOR, everywhere=True)))
    assert "Versi uji-1 tercatat, tetapi tidak cocok" in page
    assert "tidak dapat dibuka oleh aplikasi ini" in page
    assert f"<dt>Versi</dt><dd>{shipped['model_version']}</dd>" in page


def test_keeping_texts_to_oneself_promises_only_the_next_model(office: Office, login: Login) -> None:
    client = login(office.staff(Role.ADMINISTRATOR, everywhere=True))
    answer = client.post(f"{PAGE}/pelajaran", data={"agency_id": office.agency.id, "may": "no"}, follow_redirects=True)
    page = unescape(answer.get_data(as_text=True))
    assert "berlaku mulai model berikutnya yang dipakai." in page
    assert "malam ini" not in page

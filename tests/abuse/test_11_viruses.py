"""Abuse case 11: a file that a virus scanner knows is kept nowhere, and none is kept that it has not seen."""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.config import project_root
from feedback_app.handling.answers.models import Proof
from feedback_app.identity.rules import Role
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from feedback_app.intake.scanning import Scanner
from feedback_app.storage import Disk
from tests import factories as make
from tests.abuse import attached
from tests.blueprints.office import Office
from tests.clamd import SIGNATURE, Clamd, clamd
from tests.file_places import files_in
from tests.gates.world import signed_in
from tests.intake import files

INFECTED = {
    "a document": files.PDF.replace(b"%%EOF", b"% " + SIGNATURE + b"\n%%EOF"),
    "a note in a photo that would be drawn anew": files.written("JPEG", comment=SIGNATURE),
}


@pytest.fixture(autouse=True)
def place(app: Flask, tmp_path: Path) -> Iterator[Disk]:
    with files_in(app, tmp_path / "files") as place:
        yield place


@pytest.fixture
def scanner(app: Flask, tmp_path: Path) -> Iterator[Clamd]:
    with clamd(tmp_path / "clamd.ctl") as running:
        app.extensions["suara_scanner"] = Scanner(running.url)
        yield running
        app.extensions["suara_scanner"] = None


@pytest.mark.parametrize("raw", INFECTED.values(), ids=INFECTED.keys())
def test_what_a_citizen_sends_is_refused_with_a_word_and_the_report_stands(
    client: FlaskClient, session: Session, place: Disk, scanner: Clamd, raw: bytes
) -> None:
    attached.report(client, session)
    answer = attached.send(client, raw)
    assert answer.status_code == 422
    assert answer.get_json(force=True)["type"] == "urn:suara-layanan:error:infected_file"
    assert scanner.shown == [raw]
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0
    assert list(place.stored()) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Submission)) == 1


def test_what_is_clean_is_kept(client: FlaskClient, session: Session, scanner: Clamd) -> None:
    attached.report(client, session)
    assert attached.send(client, files.written("JPEG")).status_code == 201
    assert len(scanner.shown) == 1


def test_without_its_scanner_no_file_is_taken_and_the_sender_may_come_back(
    client: FlaskClient, session: Session, place: Disk, scanner: Clamd
) -> None:
    scanner.says = "INSTREAM: cannot allocate memory. ERROR"
    attached.report(client, session)
    answer = attached.send(client, files.written("JPEG"))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert list(place.stored()) == []


def test_what_an_officer_shows_is_looked_at_too(app: Flask, session: Session, place: Disk, scanner: Clamd) -> None:
    agency = make.agency(session)
    office = Office(session, agency, make.unit(session, agency))
    officer = make.user(session)
    make.grant(session, officer, Role.OFFICER, agency, office.unit)
    case = office.report()
    session.commit()
    answer = signed_in(app, officer).post(
        f"/petugas/kasus/{case.id}/bukti",
        data={"files": [(io.BytesIO(INFECTED["a document"]), "bukti.pdf")], "caption": ""},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "Pemindai virus menolak berkas ini" in answer.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count()).select_from(Proof)) == 0
    assert list(place.stored()) == []


def test_every_file_of_a_page_goes_the_way_that_asks_the_scanner() -> None:
    callers = {"cleaned_in_turn": set[str](), "cleaned": set[str]()}
    package = project_root() / "feedback_app"
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in callers:
                    callers[name].add(path.relative_to(package).as_posix())
    assert callers["cleaned_in_turn"] == {"blueprints/uploads.py"}
    assert callers["cleaned"] == {"intake/turns.py"}

"""A citizen who sends a report with the application's own key and follows it in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.handling.models import Case
from feedback_app.handling.operations import respond
from feedback_app.handling.publication.models import Publication
from feedback_app.identity.models import User
from feedback_app.intake.codes import code_hash
from feedback_app.intake.models import Submission
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import SubmissionKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

COMPLAINT = "Sudah tiga minggu KTP saya belum jadi."
ANSWER = "KTP Anda sudah dicetak dan dapat diambil di loket 3."
PUBLISHED = "Warga menunggu KTP tiga minggu."


@dataclass
class Reporter:
    """One report to one office; `code` opens it."""

    app: Flask
    client: FlaskClient
    session: Session
    office: Office
    code: str = ""
    officer: User = field(init=False)

    def __post_init__(self) -> None:
        self.officer = make.user(self.session)

    def send(self, text: str = COMPLAINT, *, at: datetime | None = None, **flags: Any) -> None:
        """Send a complaint; it waits to be read."""
        moment = at or clock.utcnow()
        draft = Draft(
            agency_id=self.office.agency.id, unit_id=self.office.unit.id,
            **{"kind": SubmissionKind.COMPLAINT, "occurred_on": moment.date(), "text": text, **flags},
        )  # fmt: skip
        self.code = submit(self.session, draft, key=self.key, now=moment, today=moment.date()).code

    def report(self, text: str = COMPLAINT, **flags: Any) -> Case:
        """Send a complaint and let it be read."""
        self.send(text, **flags)
        self.office.drain()
        return self.case

    def answer(self, text: str = ANSWER) -> None:
        """Let the office answer."""
        respond(self.session, self.case, text, user_id=self.officer.id, now=clock.utcnow())
        self.session.flush()

    def publish(self) -> Publication:
        """Let the office show the report to the public."""
        case = self.case
        row = Publication(
            agency_id=case.agency_id, case_id=case.id, unit_id=self.office.unit.id, text=PUBLISHED,
            published_at=clock.utcnow(), published_by=self.officer.id,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        return row

    @property
    def key(self) -> bytes:
        """The key of the application."""
        found: bytes = self.app.config["TRACKING_KEY"]
        return found

    @property
    def submission(self) -> Submission:
        """The submission as it stands now."""
        query = sa.select(Submission).where(Submission.tracking_hash == code_hash(self.code, self.key))
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        query = sa.select(Case).where(Case.submission_id == self.submission.id)
        return self.session.scalars(query.execution_options(populate_existing=True)).one()

    def look(self, code: str | None = None) -> str:
        """Open the report with its code and return its page."""
        answer = self.client.post("/lacak", data={"code": code or self.code}, follow_redirects=True)
        return answer.get_data(as_text=True)

    def post(self, path: str, data: dict[str, str] | None = None, *, follow: bool = False) -> TestResponse:
        """Send a form of the opened page, with the mark that ties it to the report."""
        page = self.client.get("/lacak/status").get_data(as_text=True)
        seal = re.search(r'name="report" value="([0-9a-f]+)"', page)
        assert seal, page
        return self.client.post(path, data={"report": seal[1], **(data or {})}, follow_redirects=follow)


def new_reporter(app: Flask, client: FlaskClient, session: Session, **unit: Any) -> Reporter:
    """A citizen of an agency of its own."""
    return Reporter(app, client, session, new_office(session, **unit))

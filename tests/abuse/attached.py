"""A browser with a report of its own, to which files can be sent."""

from __future__ import annotations

import io
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests import factories as make

PROGRAM = {"Accept": "application/json"}


def report(client: FlaskClient, session: Session) -> None:
    """Send a report from this browser."""
    agency = make.agency(session)
    unit = make.unit(session, agency)
    session.commit()
    address = f"/lapor/{agency.code}/{unit.code}"
    day = re.findall(r'value="(\d{4}-\d\d-\d\d)"', client.get(address).get_data(as_text=True))[0]
    data = {"kind": "complaint", "happened": "Loket tutup sejak pagi tanpa kabar.", "occurred_on": day}
    answer = client.post(address, data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)


def send(client: FlaskClient, raw: bytes, name: str = "a.jpg", **more: Any) -> TestResponse:
    """Send one file as the script of the page does."""
    data = {"files": (io.BytesIO(raw), name)}
    return client.post("/lacak/lampiran", data=data, content_type="multipart/form-data", headers=PROGRAM, **more)

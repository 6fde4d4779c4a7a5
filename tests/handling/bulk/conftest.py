"""An office that mends roads and lamps, and the hour."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from feedback_app.clock import utcnow
from tests.blueprints.office import Office, new_office


@pytest.fixture
def now() -> datetime:
    return utcnow()


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Pekerjaan Umum")

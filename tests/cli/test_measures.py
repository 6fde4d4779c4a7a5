"""The figures shown to everybody, from a terminal."""

from __future__ import annotations

from feedback_app.db import db
from feedback_app.measures.release_models import Release, ReleaseSubject
from tests import factories as make
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live


def test_releases_are_listed_by_the_codes_of_agency_and_unit(live: Live, run: Run) -> None:  # noqa: F811 - the fixture
    with live.app.app_context():
        unit = make.unit(db.session(), make.agency(db.session(), code="kupang"), code="dukcapil")
        db.session.add(
            Release(
                agency_id=unit.agency_id, unit_id=unit.id, year=2026, subject=ReleaseSubject.VISITS, as_of=make.NOW,
                released_at=make.NOW, n=40, figures={},
            )
        )  # fmt: skip
        db.session.commit()
        db.session.remove()
    assert run("measures", "releases", "list").output.startswith("kupang dukcapil 2026 visits n=40 ")

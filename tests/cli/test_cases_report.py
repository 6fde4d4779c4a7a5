"""`feedback cases buckets` and `figures`, from a terminal."""

from __future__ import annotations

import json
from datetime import timedelta

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.figures.counts import KEYS
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live
from tests.handling.busy import busy, report

EMAIL = "kepala@contoh.go.id"


def test_buckets_hold_every_plain_report_once_and_no_confidential_one(live: Live, run: Run) -> None:  # noqa: F811
    with live.app.app_context():
        unit = make.unit(db.session(), make.agency(db.session(), code="kupang"))
        for confidential in (False, False, True):
            report(db.session(), unit, clock.utcnow() - timedelta(days=2), is_confidential=confidential)
        db.session.commit()
        db.session.remove()
    counts = json.loads(run("cases", "buckets", "--agency", "kupang", "--json").output)["kupang"]
    assert counts["belum_terverifikasi"] == 2
    assert sum(counts.values()) == 2
    assert "belum_terverifikasi 0" in run("cases", "buckets", "--agency", "kupang", "--year", "2001").output


def test_figures_agree_with_the_dashboard_of_an_account(live: Live, run: Run) -> None:  # noqa: F811
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, code="kupang")
        unit, head = make.unit(session, agency, code="dukcapil"), make.user(session, email=EMAIL)
        make.grant(session, head, Role.UNIT_HEAD, agency, unit)
        busy(session, unit, head.id, now=clock.utcnow(), count=8)
        session.commit()
        db.session.remove()
    asked = ["cases", "figures", "--agency", "kupang", "--unit", "dukcapil", "--account"]
    answer = run(*asked, EMAIL.upper())
    assert answer.output.endswith("0 differences\n")
    assert len(answer.output.splitlines()) == len(KEYS) + 3
    assert "There is no account" in run(*asked, "tiada@contoh.go.id", code=2).output

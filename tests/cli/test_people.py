"""`feedback people`: posts, rosters and gaps from a terminal; days gone by only with two accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Assignment
from tests import factories as make
from tests.cli.test_setup import feedback  # noqa: F401 - a fixture
from tests.conftest import Live

Feedback = Callable[..., str]
TODAY = clock.office_day(clock.utcnow())
LAST_WEEK, NEXT_WEEK = TODAY - timedelta(days=7), TODAY + timedelta(days=7)
NIP = "199001012015052002"


@pytest.fixture
def office(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """An agency with feedback, an officer at a counter, and two accounts that look after people."""
    monkeypatch.setenv("FEEDBACK_ACCOUNT_PASSWORD", make.PASSWORD)
    with live.app.app_context():
        session: Session = db.session()
        agency = make.agency(session, code="kupang")
        unit = make.unit(session, agency, code="dukcapil")
        service = make.service(session, unit, code="ktp")
        who = make.employee(session, agency, nip=NIP, name="Maria Ndun")
        make.assignment(session, who, unit, service_id=service.id, position="Petugas Loket")
        make.submission(session, unit, occurred_on=TODAY - timedelta(days=90))
        for email in ("satu@kupang.go.id", "dua@kupang.go.id"):
            make.grant(session, make.user(session, email=email), Role.PERSONNEL, agency)
        session.commit()
    return live


def listed(feedback: Feedback) -> list[dict[str, object]]:  # noqa: F811
    return [json.loads(line) for line in feedback("people", "list", "kupang", "--json").splitlines()]


def test_a_post_ends_corrects_and_is_given_from_a_terminal(office: Live, feedback: Feedback) -> None:  # noqa: F811
    (row,) = listed(feedback)
    assert row["nip"] != NIP
    said = feedback("people", "end", "kupang", str(row["post"]), "--on", str(NEXT_WEEK), "--reason", "Mutasi jabatan")
    assert said.startswith("Done: post")
    (row,) = listed(feedback)
    assert row["to"] == str(NEXT_WEEK)
    feedback(
        "people", "correct", "kupang", str(row["post"]), "--decree", "800/12", "--still", "--reason", "Salah ketik"
    )
    (row,) = listed(feedback)
    assert (row["decree"], row["to"]) == ("800/12", None)
    feedback("people", "assign", "kupang", NIP, "dukcapil", "--position", "Arsiparis", "--kind", "additional",
             "--decree", "800/13", "--from", str(TODAY))  # fmt: skip
    assert {row["position"] for row in listed(feedback)} == {"Petugas Loket", "Arsiparis"}


def test_days_gone_by_change_with_two_accounts_and_not_with_one(office: Live, feedback: Feedback) -> None:  # noqa: F811
    (row,) = listed(feedback)
    end = ("people", "end", "kupang", str(row["post"]), "--on", str(LAST_WEEK), "--reason", "Mutasi jabatan")
    assert "harus diajukan dengan akun" in feedback(*end, code=1)
    said = feedback(*end, "--by", "satu@kupang.go.id")
    assert "waits" in said
    number = said.split()[1]
    assert "Mutasi jabatan" in feedback("people", "changes", "kupang")
    assert listed(feedback)[0]["to"] is None
    approve = ("people", "approve", "kupang", number)
    assert "wewenang persetujuan" in feedback(*approve, code=1)
    assert "orang lain" in feedback(*approve, "--by", "satu@kupang.go.id", code=1)
    assert "not right" in feedback(*approve, "--by", "dua@kupang.go.id", "--password", "salah", code=2)
    feedback(*approve, "--by", "dua@kupang.go.id")
    assert listed(feedback) == []
    assert "Nothing waits" in feedback("people", "changes", "kupang")


def test_setting_up_gives_no_post_in_days_gone_by_once_there_is_feedback(
    office: Live,
    feedback: Feedback,  # noqa: F811
) -> None:
    given = ("setup", "assignment", "kupang", NIP, "dukcapil", "--position", "Kepala", "--kind", "additional",
             "--decree", "800/1", "--from", str(LAST_WEEK))  # fmt: skip
    assert "harus diajukan dengan akun" in feedback(*given, code=1)
    with office.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_gaps_are_listed_for_people_and_for_programs(office: Live, feedback: Feedback) -> None:  # noqa: F811
    asked = ("people", "gaps", "--agency", "kupang", "--from", str(LAST_WEEK), "--to", str(TODAY), "--json")
    rows = [json.loads(line) for line in feedback(*asked).splitlines()]
    assert {row["kind"] for row in rows} == {"vacant_head", "no_account"}
    assert rows[0]["unit"] == "dukcapil"


def test_a_roster_is_read_from_a_file_and_shown(office: Live, feedback: Feedback, tmp_path) -> None:  # type: ignore[no-untyped-def]  # noqa: F811
    with office.app.app_context():
        from feedback_app.audit.operations import SYSTEM
        from feedback_app.organisation.people.counters import add_counter

        post = db.session.scalars(sa.select(Assignment)).one()
        add_counter(db.session(), post.agency_id, post.unit_id, code="loket-1", name="Loket 1", service_id=None,
                    actor=SYSTEM, now=clock.utcnow())  # fmt: skip
        db.session.commit()
    path = tmp_path / "jadwal.csv"
    path.write_text(f"tanggal,loket,nip\n{NEXT_WEEK},loket-1,{NIP}\n", encoding="utf-8")
    assert "1 entries added" in feedback("people", "roster", "kupang", "dukcapil", "--file", str(path))
    assert "Maria Ndun" in feedback("people", "roster", "kupang", "dukcapil", "--week", str(NEXT_WEEK))

"""A personnel system sends its list with a key and nothing else, and is told what it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, Actor
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.imports.sync_keys import create_key, keys_of, revoke_key
from feedback_app.organisation.people.models import PeopleChange, PeopleImport
from tests import factories as make
from tests.organisation.people.imports.lists import MARIA, YOSEF, Town, new_town

ADDRESS = "/api/v1/pegawai"


@dataclass
class System:
    """A personnel system with its key."""

    client: FlaskClient
    key: str

    def __call__(self, *posts: dict[str, Any], once: str | None = None, **body: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.key}", **({"Idempotency-Key": once} if once else {})}
        return self.client.post(ADDRESS, json={"posts": list(posts), **body}, headers=headers)


@pytest.fixture
def town(session: Session) -> Town:
    return new_town(session)


@pytest.fixture
def system(app: Flask, client: FlaskClient, town: Town) -> System:
    return System(client, _key(app, town, town.actor))


def _key(app: Flask, town: Town, actor: Actor) -> str:
    return create_key(
        town.session, town.agency.id, name="SIMPEG", actor=actor, key=app.config["TRACKING_KEY"], now=clock.utcnow()
    )


def day(ahead: int) -> date:
    return clock.utcnow().date() + timedelta(days=ahead)


def post(nip: str = MARIA, *, ahead: int = 30, **fields: Any) -> dict[str, Any]:
    return {
        "nip": nip, "name": "Maria Bere", "unit": "loket-ktp", "position": "Petugas Loket",
        "starts_on": str(day(ahead)), "decree": "800/1", **fields,
    }  # fmt: skip


def count(session: Session, table: type[Any]) -> int:
    session.expire_all()
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_dry_run_tells_the_difference_and_keeps_nothing(system: System, session: Session) -> None:
    answer = system(post(), dry_run=True)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["state"] == "dry_run"
    assert answer.json["counts"] == {"new_person": 1}
    (change,) = answer.json["changes"]
    assert change["row"] == 1
    assert "dicatat sebagai pegawai baru" in change["sentence"]
    assert MARIA not in answer.get_data(as_text=True)
    assert (count(session, Employee), count(session, PeopleImport)) == (0, 0)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_list_is_applied_and_sent_again_does_nothing(system: System, session: Session) -> None:
    first = system(post())
    assert (first.status_code, first.json and first.json["state"]) == (200, "applied")
    again = system(post())
    assert (again.status_code, again.json and again.json["state"]) == (200, "nothing_to_do")
    assert (count(session, Assignment), count(session, PeopleImport)) == (1, 1)


def test_the_same_key_of_a_call_gets_the_same_answer_and_another_list_is_refused(
    system: System, session: Session
) -> None:
    first, again = system(post(), once="a1"), system(post(), once="a1")
    assert first.json == again.json
    assert again.status_code == 200
    assert count(session, PeopleImport) == 1
    other = system(post(YOSEF), once="a1")
    assert (other.status_code, other.mimetype) == (409, "application/problem+json")


def test_what_moves_the_past_waits_for_a_person(system: System, town: Town, session: Session) -> None:
    make.submission(session, town.ktp, occurred_on=day(-90))
    answer = system(post(ahead=-30))
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["state"], answer.json["touches_past"]) == ("waiting", 1)
    change = session.scalars(sa.select(PeopleChange)).one()
    assert (change.requested_by, change.import_id) == (town.clerk.id, answer.json["import"])
    assert count(session, Assignment) == 0
    again = system(post(ahead=-30))
    assert (again.status_code, again.json) == (202, answer.json)
    assert count(session, PeopleChange) == 1


def test_what_a_key_of_nobody_sends_about_the_past_waits_for_a_first_person(
    app: Flask, client: FlaskClient, town: Town, session: Session
) -> None:
    make.submission(session, town.ktp, occurred_on=day(-90))
    answer = System(client, _key(app, town, SYSTEM))(post(ahead=-30))
    assert (answer.status_code, answer.json and answer.json["state"]) == (202, "waiting_for_person")
    assert (count(session, PeopleChange), count(session, Assignment)) == (0, 0)


def test_refused_rows_hold_the_list_back_with_a_problem(system: System, session: Session) -> None:
    answer = system(post(), post("131234567"))
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.json is not None
    assert answer.json["title"]
    assert [one["problems"] != [] for one in answer.json["changes"]] == [False, True]
    assert count(session, Employee) == 0
    assert system(post(), post("131234567"), only_good=True).status_code == 200
    assert count(session, Employee) == 1


def test_a_whole_list_ends_the_others_on_the_day_it_names(system: System, town: Town) -> None:
    system(post(), post(YOSEF, name="Yosef", unit="loket-kk"))
    missing = system(post(), whole_list=True)
    assert missing.status_code == 422
    assert system(post(), whole_list=True, ends_on=str(day(60))).status_code == 200
    assert town.posts(YOSEF)[0][2] == day(60)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([], id="array"), pytest.param({}, id="no posts"), pytest.param({"posts": "x"}, id="words"),
        pytest.param({"posts": [{"nip": []}]}, id="list in a cell"),
        pytest.param({"posts": [{"nik": "1"}]}, id="field"),
        pytest.param({"posts": [{"email": "a@b.c"}]}, id="accounts are no matter of machines"),
        pytest.param({"posts": [], "dry_run": "yes"}, id="flag"), pytest.param({"posts": []}, id="empty"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(system: System, body: Any) -> None:
    answer = system.client.post(ADDRESS, json=body, headers={"Authorization": f"Bearer {system.key}"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_number_sent_as_a_number_is_refused_rather_than_rounded(system: System) -> None:
    answer = system(post(nip=int(MARIA)), dry_run=True)  # type: ignore[arg-type]
    assert answer.json is not None
    assert "simpan kolom NIP sebagai teks" in answer.json["changes"][0]["problems"][0]["sentence"]


def test_without_a_key_or_with_a_revoked_one_nothing_is_told(system: System, town: Town, session: Session) -> None:
    assert system.client.post(ADDRESS, json={"posts": []}).status_code == 401
    row = keys_of(session, town.agency.id)[0]
    revoke_key(session, row, actor=SYSTEM, now=clock.utcnow())
    session.commit()
    assert system(post(), dry_run=True).status_code == 401


def test_the_key_notes_its_use_though_nothing_is_kept(system: System, town: Town, session: Session) -> None:
    system(post(), dry_run=True)
    session.expire_all()
    assert keys_of(session, town.agency.id)[0].last_used_at is not None

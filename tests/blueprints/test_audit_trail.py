"""The audit trail on a page: who reads it, what is held back, in words, with seals, and as a file with proofs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind, AuditEvent
from feedback_app.audit.operations import CITIZEN, SYSTEM, person, record
from feedback_app.audit.proofs import BadProofError, check_proof
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import new_key, public_bytes
from feedback_app.blueprints.audit_words import ACTS, ROOMS
from feedback_app.handling.models import Case
from feedback_app.handling.trail.queries import PAGE_SIZE, Asked, read_place, trail
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.blueprints.office import Login

KEY = new_key()


@dataclass
class Town:
    """An agency with an open case, a confidential one and an allegation, each with an act upon it."""

    session: Session
    agency: Agency
    unit: Unit
    inspectorate: Unit
    officer: User
    plain: Case
    secret: Case
    accused: Case

    def act(self, case: Case, action: str = "handling.review", **values: object) -> int:
        """Note an act of the officer upon a case and return the event's id."""
        record(
            self.session, agency_id=self.agency.id, actor=person(self.officer.id), action=action, subject_type="case",
            subject_id=case.id, now=make.NOW, **values,
        )  # fmt: skip
        return self.session.scalars(sa.select(sa.func.max(AuditEvent.id))).one()

    def reader(self, role: Role, over: Unit | None = None) -> User:
        """Somebody with a role in the agency."""
        who = make.user(self.session)
        make.grant(self.session, who, role, self.agency, over)
        return who

    def seal(self) -> None:
        """Seal everything."""
        seal_next(self.session, KEY, now=make.NOW + timedelta(minutes=1), whole=True)


@pytest.fixture
def town(session: Session) -> Town:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    officer = make.user(session, name="Maria Petugas")
    make.grant(session, officer, Role.OFFICER, agency, unit)
    cases = [make.case(session, make.submission(session, unit))]
    cases.append(make.case(session, make.submission(session, unit, is_confidential=True), is_confidential=True))
    said = make.submission(session, unit, is_confidential=True)
    make.labels(session, said, integrity=True)
    cases.append(make.case(session, said, is_confidential=True, unit_id=inspectorate.id))
    return Town(session, agency, unit, inspectorate, officer, *cases)


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/petugas/jejak{query}")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def lines(text: str) -> dict[int, str]:
    """The events on a page, by their ids."""
    parts = re.split(r'<li class="case-line" id="peristiwa-(\d+)">', text)[1:]
    return {int(parts[at]): parts[at + 1].split("</li>")[0] for at in range(0, len(parts), 2)}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_whoever_looks_after_the_agency_reads_who_did_what(
    town: Town, client: FlaskClient, login: Login, role: Role
) -> None:
    event = town.act(town.plain, verdict="upheld")
    login(town.reader(role))
    shown = lines(page(client))[event]
    assert "Maria Petugas" in shown
    assert "menelaah tanggapan yang tidak diterima warga" in shown
    assert f"kasus {town.plain.id}" in shown
    assert "upheld" in shown
    assert "menunggu segel" in shown


def test_a_role_over_a_unit_reads_no_trail(town: Town, client: FlaskClient, login: Login) -> None:
    event = town.act(town.plain)
    login(town.reader(Role.ADMINISTRATOR, town.unit))
    text = page(client)
    assert "Tidak ada jejak untuk Anda baca" in text
    assert event not in lines(text)
    for path in ("/petugas/jejak.csv", "/petugas/jejak.jsonl"):
        assert client.get(path).location == "/petugas/jejak"
    assert client.get("/petugas/jejak/segel/1").status_code == 404


@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.EVALUATOR, Role.EMPLOYEE, Role.PERSONNEL])
def test_others_are_refused(town: Town, client: FlaskClient, login: Login, role: Role) -> None:
    login(town.reader(role))
    assert client.get("/petugas/jejak").status_code == 403


def test_nothing_of_another_agency_is_shown(town: Town, client: FlaskClient, login: Login, session: Session) -> None:
    other = make.agency(session)
    record(
        session, agency_id=other.id, actor=CITIZEN, action="handling.join", subject_type="case", subject_id=12345,
        now=make.NOW,
    )  # fmt: skip
    login(town.reader(Role.AUDITOR))
    assert "12345" not in page(client)


@pytest.mark.parametrize("which", ["secret", "accused"])
def test_upon_what_confidential_report_somebody_acted_is_held_back(
    town: Town, client: FlaskClient, login: Login, which: str
) -> None:
    case: Case = getattr(town, which)
    event = town.act(case, unit_id=town.unit.id)
    login(town.reader(Role.AUDITOR))
    shown = lines(page(client))[event]
    assert "tentang laporan yang tidak terbuka bagi Anda" in shown
    assert str(case.id) not in re.sub(r"peristiwa-\d+", "", shown).replace(str(event), "")
    assert "unit_id" not in shown
    # Nor is it found by its number.
    assert event not in lines(page(client, f"?nomor={case.id}"))


def test_the_inspectorate_reads_upon_what(town: Town, client: FlaskClient, login: Login) -> None:
    event = town.act(town.accused)
    login(town.reader(Role.INSPECTOR, town.inspectorate))
    assert f"kasus {town.accused.id}" in lines(page(client))[event]
    assert event in lines(page(client, f"?nomor={town.accused.id}"))


def test_a_case_is_linked_for_those_alone_who_may_open_it(town: Town, client: FlaskClient, login: Login) -> None:
    event = town.act(town.plain)
    link = f'href="/petugas/kasus/{town.plain.id}"'
    for role, over, may in ((Role.ADMINISTRATOR, None, True), (Role.AUDITOR, None, False),
                            (Role.INSPECTOR, town.inspectorate, False)):  # fmt: skip
        login(town.reader(role, over))
        shown = lines(page(client))[event]
        assert (link in shown, f"kasus {town.plain.id}" in shown) == (may, True), role
        client.post("/keluar")


def test_what_only_names_a_confidential_case_is_held_back_too(town: Town, session: Session) -> None:
    report = town.accused.submission_id
    ids = []
    for kind, subject, detail in (
        ("submission", report, {}),
        ("break_glass", 9, {"case_id": town.accused.id}),
        ("case", town.plain.id, {"opened_case_id": town.secret.id}),
        ("subject_request", 8, {"submission_id": report}),
    ):
        record(
            session, agency_id=town.agency.id, actor=CITIZEN, action="handling.join", subject_type=kind,
            subject_id=subject, now=make.NOW, **detail,
        )  # fmt: skip
        ids.append(session.scalars(sa.select(sa.func.max(AuditEvent.id))).one())
    plain = town.act(town.plain)
    auditor = town.reader(Role.AUDITOR)
    found = {row.id: row for row in trail(session, Asked(town.agency.id), user_id=auditor.id, day=make.NOW.date())}
    assert all(found[one].is_held_back and found[one].subject_id is None and not found[one].detail for one in ids)
    assert not found[plain].is_held_back


def test_every_filter_narrows(town: Town, client: FlaskClient, login: Login, session: Session) -> None:
    mine = town.act(town.plain)
    record(
        session, agency_id=town.agency.id, actor=CITIZEN, action="handling.join", subject_type="case",
        subject_id=town.plain.id, now=make.NOW - timedelta(days=3),
    )  # fmt: skip
    theirs = session.scalars(sa.select(sa.func.max(AuditEvent.id))).one()
    login(town.reader(Role.AUDITOR))
    day = make.NOW.date()
    for query, expected in {
        "?tindakan=handling.join": {theirs},
        "?pelaku=citizen": {theirs},
        f"?pelaku={town.officer.id}": {mine},
        f"?dari={day}": {mine},
        f"?sampai={day - timedelta(days=1)}": {theirs},
        f"?nomor=%23{town.plain.id}": {mine, theirs},
        f"?hal=case&nomor={town.plain.id + 999}": set(),
        "?tindakan=survey.": set(),
    }.items():
        assert {mine, theirs} & set(lines(page(client, query))) == expected, query
    assert {mine, theirs} <= set(lines(page(client, "?tindakan=handling.")))
    assert "Tidak ada peristiwa yang cocok" in page(client, "?tindakan=survey.")


def test_the_number_of_no_case_finds_nothing(town: Town, client: FlaskClient, login: Login, session: Session) -> None:
    # The reader of reports notes lots of them, and names none.
    record(
        session, agency_id=town.agency.id, actor=SYSTEM, action="drain.read", subject_type="submission",
        subject_id=None, now=make.NOW, count=3,
    )  # fmt: skip
    login(town.reader(Role.AUDITOR))
    assert lines(page(client))
    assert not lines(page(client, f"?nomor={town.accused.id + 999}"))


def test_what_an_act_noted_is_told_in_words(town: Town, client: FlaskClient, login: Login) -> None:
    event = town.act(town.plain, "handling.respond", from_status="in_progress", to_unit_id=None, is_active=True)
    login(town.reader(Role.AUDITOR))
    shown = lines(page(client))[event]
    assert "keadaan semula" in shown
    assert "Sedang diproses" in shown
    assert "ke unit nomor" in shown
    assert "from_status" not in shown
    assert "in_progress" not in shown


@pytest.mark.parametrize("query", ["?dari=kemarin", "?pelaku=x", "?tindakan=x", "?hal=x", "?nomor=x",
                                   "?dari=2026-05-02&sampai=2026-05-01"])  # fmt: skip
def test_what_cannot_be_read_is_told_and_nothing_is_shown(
    town: Town, client: FlaskClient, login: Login, query: str
) -> None:
    event = town.act(town.plain)
    login(town.reader(Role.AUDITOR))
    answer = client.get(f"/petugas/jejak{query}")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Ada yang perlu diperbaiki" in text
    assert event not in lines(text)


def test_all_pages_together_show_each_event_once(town: Town, client: FlaskClient, login: Login) -> None:
    events = {town.act(town.plain) for _ in range(PAGE_SIZE * 2 + 3)}
    login(town.reader(Role.AUDITOR))
    seen: list[int] = []
    text = page(client, "?tindakan=handling.")
    while True:
        seen += lines(text)
        older = re.search(r'rel="next" href="([^"]+)"', text)
        if older is None:
            break
        text = page(client, older[1].removeprefix("/petugas/jejak").replace("&amp;", "&"))
    assert sorted(seen) == sorted(events)
    assert seen == sorted(seen, reverse=True)


def test_a_place_that_cannot_be_read_is_the_beginning() -> None:
    assert all(read_place(raw) is None for raw in (None, "", "-", "1-", "-1", "x-1", "1-x", "9" * 19 + "-1", "²-1"))


def test_a_sealed_event_leads_to_its_seal(town: Town, client: FlaskClient, login: Login) -> None:
    event = town.act(town.plain)
    town.seal()
    login(town.reader(Role.AUDITOR))
    shown = lines(page(client))[event]
    assert "tersegel no. 1" in shown
    seal = client.get("/petugas/jejak/segel/1").get_data(as_text=True)
    assert public_bytes(KEY).hex() in seal
    assert client.get("/petugas/jejak/segel/2").status_code == 404


def _confirmed(client: FlaskClient, path: str) -> Iterator[dict[str, object]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.location
    return (json.loads(line) for line in answer.get_data(as_text=True).splitlines())


def test_the_file_with_proofs_is_verified_without_the_database(
    town: Town, client: FlaskClient, login: Login, session: Session
) -> None:
    open_one, held = town.act(town.plain, verdict="upheld"), town.act(town.accused)
    town.seal()
    waiting = town.act(town.plain)
    login(town.reader(Role.AUDITOR))
    told = list(_confirmed(client, "/petugas/jejak.jsonl?tindakan=handling."))
    events = {one["event"]["id"]: one for one in told if "event" in one}  # type: ignore[index]
    assert set(events) == {open_one, waiting}
    assert events[waiting]["proof"] is None
    assert [one["held_back"]["id"] for one in told if "held_back" in one] == [held]  # type: ignore[index]
    assert str(town.accused.id) not in json.dumps(told[-1]["held_back"]["action"])  # type: ignore[index]
    line = events[open_one]
    seal = check_proof(line["event"], line["proof"], [public_bytes(KEY)])  # type: ignore[arg-type]
    assert seal.statement.number == 1
    for changed in (
        {**line["event"], "subject": 99},  # type: ignore[dict-item]
        {**line["event"], "agency": 99},  # type: ignore[dict-item]
    ):
        with pytest.raises(BadProofError):
            check_proof(changed, line["proof"], [public_bytes(KEY)])  # type: ignore[arg-type]
    with pytest.raises(BadProofError, match="known key"):
        check_proof(line["event"], line["proof"], [public_bytes(new_key())])  # type: ignore[arg-type]
    noted = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "audit.export")).one()
    assert (noted.actor_kind, noted.detail["count"]) == (ActorKind.USER, 3)


def test_a_proof_tells_nothing_that_opens_its_neighbours(
    town: Town, client: FlaskClient, login: Login, session: Session
) -> None:
    town.act(town.plain)
    town.act(town.accused)
    town.seal()
    login(town.reader(Role.AUDITOR))
    answer = client.get("/petugas/jejak.jsonl").get_data(as_text=True)
    for salt in session.scalars(sa.text("SELECT encode(salt, 'hex') FROM audit_sections")):
        assert salt not in answer


def test_the_sheet_runs_no_formula(town: Town, client: FlaskClient, login: Login) -> None:
    town.officer.name = "=HYPERLINK(1)"
    town.session.flush()
    event, held = town.act(town.plain), town.act(town.secret)
    login(town.reader(Role.AUDITOR))
    text = client.get("/petugas/jejak.csv").get_data(as_text=True)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows[str(event)]["actor"] == "'=HYPERLINK(1)"
    assert rows[str(event)]["subject_id"] == str(town.plain.id)
    assert (rows[str(held)]["subject_id"], rows[str(held)]["held_back"]) == ("", "yes")


def test_a_download_asks_once_more_who_it_is(
    town: Town, client: FlaskClient, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback_app.blueprints import step_up

    login(town.reader(Role.AUDITOR))
    monkeypatch.setattr(step_up, "is_fresh", lambda _minutes: False)
    for path in ("/petugas/jejak.csv", "/petugas/jejak.jsonl"):
        answer = client.get(path)
        assert (answer.status_code, "/petugas/konfirmasi" in answer.location) == (302, True)


def test_too_many_events_are_refused_with_words(
    town: Town, client: FlaskClient, login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    from feedback_app.blueprints import audit_trail

    monkeypatch.setattr(audit_trail, "ROWS_MAX", 2)
    for _ in range(3):
        town.act(town.plain)
    login(town.reader(Role.AUDITOR))
    answer = client.get("/petugas/jejak.csv")
    assert answer.status_code == 422
    assert "Persempit" in answer.get_data(as_text=True)


def test_everybody_may_copy_the_seals_and_learns_nothing_about_anybody(town: Town, client: FlaskClient) -> None:
    town.act(town.plain)
    town.seal()
    answer = client.get("/.well-known/suara-audit.json")
    told = answer.get_json()
    assert (told["latest"], len(told["seals"]), told["older"]) == (1, 1, None)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert set(told["seals"][0]["seal"]) == {
        "v", "number", "kind", "previous", "root", "sealed_at", "key", "refers_to", "former_key",
    }  # fmt: skip
    assert client.get("/.well-known/suara-audit.json?before=1").get_json()["seals"] == []
    assert "Set-Cookie" not in answer.headers


def test_without_a_seal_the_page_is_empty(client: FlaskClient) -> None:
    told = client.get("/.well-known/suara-audit.json").get_json()
    assert (told["latest"], told["seals"]) == (None, [])


def test_older_seals_come_page_by_page(town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback_app.blueprints import audit_roots

    monkeypatch.setattr(audit_roots, "SEALS_A_PAGE", 2)
    for _ in range(5):
        town.act(town.plain)
        town.seal()
    path, seen = "/.well-known/suara-audit.json", []
    while path:
        told = client.get(path).get_json()
        seen += [one["seal"]["number"] for one in told["seals"]]
        path = told["older"]
    assert seen == [5, 4, 3, 2, 1]


def test_every_act_stands_in_a_room() -> None:
    assert {code.partition(".")[0] for code in ACTS} == set(ROOMS)

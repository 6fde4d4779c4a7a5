"""The evidence about one person: page, groups, pack, files, talent file."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import jsonschema
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import open_replies
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Employee
from feedback_app.organisation.rules import mask_nip
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, Login, Office, new_office
from tests.evaluation.closed import CLOSED, START
from tests.evaluation.cycles import steps
from tests.evaluation.evidence.rated import Rated, rated


@pytest.fixture
def world(session: Session) -> Rated:
    return rated(session)


@pytest.fixture
def evaluator(login: Login, world: Rated) -> FlaskClient:
    return login(world.office.staff(Role.EVALUATOR, everywhere=True))


def computed(world: Rated) -> Cycle:
    cycle = world.cycle()
    world.session.commit()
    return cycle


def path_of(cycle: Cycle, who: Employee) -> str:
    return f"/petugas/evaluasi/{cycle.id}/pegawai/{who.id}"


def page_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def group_links(page: str) -> list[str]:
    return re.findall(r'href="(/petugas/evaluasi/[^"]+/kelompok/[^"]+)"', page)


def test_the_evidence_says_what_a_figure_rests_on(evaluator: FlaskClient, world: Rated) -> None:
    for _turn in range(3):
        world.office.rate(1, date(2026, 4, 9), world.service, visited=False)
    cycle = computed(world)
    page = page_of(evaluator, path_of(cycle, world.good))
    for words in (
        "800/17/2026", "30 April 2026", "Petugas loket 1", str(cycle.input_hash), str(cycle.output_hash),
        cycle.method_version, "Dengan keyakinan 90 %", "bukan predikat", "Belum final.", "1. Beda dari patokan",
        "3. Selang 90 persen",
    ):  # fmt: skip
        assert words in page, words
    assert re.search(r"Penilaian yang dihitung</dt><dd>40 ", page)
    assert world.good.nip not in page
    assert mask_nip(world.good.nip) in page


def test_a_group_says_how_it_enters_the_figure_and_shows_no_rating(evaluator: FlaskClient, world: Rated) -> None:
    cycle = computed(world)
    (link,) = group_links(page_of(evaluator, path_of(cycle, world.good)))
    page = page_of(evaluator, link)
    assert "menyumbang" in page
    assert "Mengapa dibebankan kepada pegawai ini" in page
    assert "April 2026" in page
    assert not re.search(r"\d{1,2} April 2026", page)
    assert "/4)" not in page


def test_a_group_of_few_is_a_count(evaluator: FlaskClient, world: Rated) -> None:
    world.office.rate(1, date(2026, 4, 9), world.service, visited=False)
    cycle = computed(world)
    page = page_of(evaluator, path_of(cycle, world.good))
    assert "Tidak: tanpa bukti kunjungan" in page
    beside = next(link for link in group_links(page) if "hanya ditampilkan" in page_of(evaluator, link))
    assert "ditahan, supaya jawaban seorang warga tidak terbaca" in page_of(evaluator, beside)


def test_a_person_of_nine_ratings_has_counts_and_the_sentence_why(login: Login, session: Session) -> None:
    world = rated(session, n=9)
    client = login(world.office.staff(Role.EVALUATOR, everywhere=True))
    cycle = computed(world)
    page = page_of(client, path_of(cycle, world.good))
    assert "Baru 9 penilaian dihitung" in page
    assert "interval-large" not in page
    kept = session.get_one(Score, (cycle.agency_id, cycle.id, world.good.id))
    assert "1. Beda dari patokan" not in page
    assert f"{kept.mean_residual:.2f}".replace(".", ",").lstrip("-") not in page


def test_comments_are_redacted_and_stand_with_their_month(login: Login, session: Session) -> None:
    world = rated(session, n=0)
    for turn in range(12):
        world.rate(4, date(2026, 4, 1 + turn), text=f"Petugas ramah, hubungi {SECRET_NUMBER}, nomor {turn}.")
    client = login(world.office.staff(Role.EVALUATOR, everywhere=True))
    cycle = computed(world)
    page = page_of(client, path_of(cycle, world.good))
    assert page.count("<blockquote>") == 10
    assert SECRET_NUMBER not in page
    assert "[nomor telepon]" in page
    assert page.count('<span class="hint">April 2026</span>') == 10


def test_a_group_that_does_not_exist_is_not_found(evaluator: FlaskClient, world: Rated) -> None:
    cycle = computed(world)
    assert evaluator.get(path_of(cycle, world.good) + "/kelompok/0000000000000000").status_code == 404


def test_somebody_without_ratings_is_shown_with_what_to_do_next(login: Login, session: Session) -> None:
    world = rated(session, n=0)
    client = login(world.office.staff(Role.EVALUATOR, everywhere=True))
    cycle = computed(world)
    page = page_of(client, path_of(cycle, world.good))
    assert "Belum ada penilaian" in page
    assert "Bagikan token kunjungan" in page


def test_a_draft_has_no_evidence_yet(evaluator: FlaskClient, world: Rated) -> None:
    cycle = steps.draft(world.session, world.office.agency, starts_on=START, ends_on=date(2026, 6, 30))
    world.session.commit()
    assert evaluator.get(path_of(cycle, world.good)).status_code == 404


def test_an_evaluator_of_one_unit_reads_its_groups_and_of_others_a_number(login: Login, world: Rated) -> None:
    beyond = Office(world.session, world.office.agency, make.unit(world.session, world.office.agency, name="Jauh"))
    make.assignment(world.session, world.good, beyond.unit, kind="additional")
    for turn in range(12):
        beyond.rate(1, date(2026, 4, 1 + turn), text=f"Rahasia {turn}.")
    near = login(world.office.staff(Role.EVALUATOR))
    cycle = computed(world)
    page = page_of(near, path_of(cycle, world.good))
    assert "di luar jangkauan Anda: 12 penilaian" in page
    assert "Rahasia" not in page
    keys = {group.key for group in world.pack(cycle).groups.shown if group.unit_id == beyond.unit.id}
    assert len(keys) == 1
    assert near.get(f"{path_of(cycle, world.good)}/kelompok/{keys.pop()}").status_code == 404


def test_the_pack_can_be_printed_copied_and_downloaded(evaluator: FlaskClient, world: Rated) -> None:
    cycle = computed(world)
    path = path_of(cycle, world.good)
    page = page_of(evaluator, f"{path}/cetak")
    assert "BELUM FINAL" in page
    assert "PERSPEKTIF PENERIMA LAYANAN" in page
    held = json.loads(evaluator.get(f"{path}/bukti.json").data)
    assert held["sha256"] in page
    assert evaluator.get(f"{path}/bukti.pdf").data.startswith(b"%PDF")
    assert evaluator.get(f"{path}/bukti.xlsx").data.startswith(b"PK")
    assert [act.detail["file"] for act in world.office.acts("evaluation.export_pack")] == ["json", "pdf", "xlsx"]
    assert evaluator.get(f"{path}/bukti.docx").status_code == 404


def test_the_form_of_the_json_is_public_and_fits(client: FlaskClient, evaluator: FlaskClient, world: Rated) -> None:
    cycle = computed(world)
    schema = client.get("/skema/bukti.json").get_json()
    held = json.loads(evaluator.get(f"{path_of(cycle, world.good)}/bukti.json").data)
    jsonschema.validate(held, schema, jsonschema.Draft202012Validator)


def test_an_employee_downloads_their_own_pack_and_nobody_elses(login: Login, world: Rated) -> None:
    account = make.user(world.session)
    make.grant(world.session, account, Role.EMPLOYEE, world.office.agency)
    make.linked(world.session, world.good, account.id)
    cycle = world.cycle()
    client = login(account)
    world.session.commit()
    assert client.get(f"/petugas/saya/{cycle.id}/berkas/json").status_code == 404
    open_replies(world.session, cycle, days=10, actor=SYSTEM, now=CLOSED)
    world.session.commit()
    held = json.loads(client.get(f"/petugas/saya/{cycle.id}/berkas/json").data)
    assert held["content"]["employee"]["name"] == "Rambu Ana"
    assert client.get(path_of(cycle, world.poor)).status_code == 403


def test_the_talent_file_holds_frozen_cycles_with_masked_numbers(login: Login, session: Session) -> None:
    office = new_office(session)
    who = office.servant("=Rambu()")
    cycle = steps.frozen(session, office.agency, who)
    client = login(office.staff(Role.EVALUATOR, everywhere=True))
    session.commit()
    page = page_of(client, "/petugas/evaluasi/talenta")
    assert cycle.name in page
    answer = client.get(f"/petugas/evaluasi/talenta/{office.agency.id}.csv")
    (row,) = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert row["nip"] == mask_nip(who.nip)
    assert who.nip not in answer.get_data(as_text=True)
    assert (row["band"], row["n"], row["output_sha256"]) == ("as_expected", "40", cycle.output_hash)
    held = json.loads(client.get(f"/petugas/evaluasi/talenta/{office.agency.id}.json").data)
    assert held["rows"][0]["employee"] == row["employee"]
    assert len(office.acts("evaluation.export_talent")) == 2


def test_the_talent_file_needs_the_whole_agency(login: Login, session: Session) -> None:
    office = new_office(session)
    client = login(office.staff(Role.EVALUATOR))
    session.commit()
    assert "Tidak ada instansi" in page_of(client, "/petugas/evaluasi/talenta")
    assert client.get(f"/petugas/evaluasi/talenta/{office.agency.id}.csv").status_code == 404


def test_a_withheld_figure_is_not_in_the_talent_file(login: Login, session: Session) -> None:
    office = new_office(session)
    who = office.servant()
    cycle = steps.draft(session, office.agency)
    steps.score(session, cycle, who, is_withheld=True)
    steps.computed(session, cycle)
    steps.signed(session, steps.reviewed(session, cycle))
    freeze(session, cycle, actor=SYSTEM, now=steps.FROZEN_AT)
    client = login(office.staff(Role.EVALUATOR, everywhere=True))
    session.commit()
    (row,) = json.loads(client.get(f"/petugas/evaluasi/talenta/{office.agency.id}.json").data)["rows"]
    assert (row["score"], row["low"], row["high"], row["reliability"], row["n"]) == (None, None, None, None, 40)

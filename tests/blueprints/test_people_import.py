"""The pages of an import: upload, columns, preview, apply, undo; and the keys of systems that send lists."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feedback_app import clock
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people.models import PeopleChange, PeopleImport
from tests import factories as make
from tests.blueprints.office import Login
from tests.organisation.people.imports.lists import MARIA, YOSEF, Town, new_town

START = "/petugas/pegawai/impor"
HEAD = "NIP;Nama;Unit Kerja;Jabatan;TMT Jabatan;Nomor SK;Telepon"


@pytest.fixture
def town(session: Session) -> Town:
    return new_town(session)


@pytest.fixture
def desk(town: Town, login: Login) -> Desk:
    return Desk(town, login(town.clerk))


class Desk:
    """The personnel office at its browser."""

    def __init__(self, town: Town, client: FlaskClient) -> None:
        self.town, self.client = town, client

    def day(self, ahead: int) -> str:
        return f"{clock.utcnow().date() + timedelta(days=ahead):%d/%m/%Y}"

    def row(self, nip: str = MARIA, unit: str = "Loket KTP", ahead: int = 30) -> str:
        return f"{nip};Maria Bere;{unit};Petugas Loket;{self.day(ahead)};800/1;081234567890"

    def upload(self, *rows: str, content: bytes | None = None, name: str = "pegawai.csv") -> TestResponse:
        data = content if content is not None else "\n".join([HEAD, *rows]).encode()
        return self.client.post(
            START, data={"instansi": self.town.agency.id, "file": (io.BytesIO(data), name)},
            content_type="multipart/form-data",
        )  # fmt: skip

    def compared(self, *rows: str, **options: str) -> str:
        """Upload a list and confirm what its columns seem to mean; return the address of the preview."""
        address = self.upload(*rows).location
        page = self.client.get(address).get_data(as_text=True)
        answer = self.client.post(address, data={**_chosen(page), **options})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.location)

    def page(self, address: str) -> str:
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.status_code
        return answer.get_data(as_text=True)

    def apply(self, address: str, **fields: str) -> TestResponse:
        seen = re.findall(r'name="seen" value="(\w+)"', self.page(address))[0]
        return self.client.post(f"{address}/terapkan", data={"seen": seen, **fields})


def _chosen(page: str) -> dict[str, str]:
    """What the selects of the page have chosen."""
    selects = re.findall(r'<select class="form-select" id="(c\d+)".*?</select>', page, re.S)
    bodies = re.findall(r'<select class="form-select" id="c\d+".*?</select>', page, re.S)
    found = {}
    for name, body in zip(selects, bodies, strict=True):
        chosen = re.findall(r'<option value="(\w+)" selected', body)
        found[name] = chosen[0] if chosen else ""
    return found


def test_a_list_goes_from_the_file_to_the_posts_and_back(desk: Desk, session: Session) -> None:
    preview = desk.compared(desk.row())
    page = desk.page(preview)
    assert "Maria Bere: dicatat sebagai pegawai baru; Petugas Loket di Loket KTP mulai" in page
    assert "Belum ada yang diterapkan." in page
    assert MARIA not in page
    assert desk.apply(preview).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1
    assert "Impor diterapkan" in desk.page(preview)
    assert MARIA not in desk.page(preview)
    assert desk.client.post(f"{preview}/urungkan", data={"reason": "Berkas keliru"}).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).where(Assignment.superseded_at.is_(None))) == 0
    assert "Diurungkan" in desk.page(START)


def test_a_move_is_told_in_words(desk: Desk) -> None:
    desk.apply(desk.compared(desk.row()))
    page = desk.page(desk.compared(desk.row(unit="Loket KK", ahead=60)))
    assert "Maria Bere: pindah dari Loket KTP ke Loket KK mulai" in page


def test_examples_of_columns_hide_long_numbers(desk: Desk) -> None:
    page = desk.page(desk.upload(desk.row()).location)
    assert MARIA not in page
    assert "081234567890" not in page
    assert "Maria Bere" in page


def test_what_was_chosen_for_the_columns_is_remembered(desk: Desk) -> None:
    desk.compared(desk.row(), c6="rank")
    page = desk.page(desk.upload(desk.row(YOSEF)).location)
    assert _chosen(page)["c6"] == "rank"


def test_a_column_chosen_twice_is_told_and_nothing_else_is_lost(desk: Desk) -> None:
    address = desk.upload(desk.row()).location
    answer = desk.client.post(address, data={**_chosen(desk.page(address)), "c6": "name", "decree": "800/semua"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#c6"' in page
    assert 'value="800/semua"' in page


def test_a_list_of_everybody_needs_a_last_day(desk: Desk) -> None:
    address = desk.upload(desk.row()).location
    answer = desk.client.post(address, data={**_chosen(desk.page(address)), "is_whole": "1"})
    assert answer.status_code == 422
    assert 'href="#whole_ends_on"' in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "Pilih berkas|kosong", id="empty"),
        pytest.param(b"NIP;Nama\n", "hanya berisi nama kolom", id="header alone"),
        pytest.param(b"\xd0\xcf\x11\xe0abc", "bentuk lama|berbentuk lama", id="old workbook"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_its_field(desk: Desk, content: bytes, words: str) -> None:
    answer = desk.upload(content=content)
    assert answer.status_code == 422
    assert re.search(words, answer.get_data(as_text=True))


def test_a_workbook_is_read_and_its_cut_numbers_are_refused(desk: Desk, session: Session) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(";"))
    day = (clock.utcnow() + timedelta(days=30)).date()
    sheet.append([MARIA, "Maria Bere", "Loket KTP", "Petugas", day, "800/1", None])
    sheet.append([float(YOSEF), "Yosef", "Loket KK", "Petugas", day, "800/2", None])
    kept = io.BytesIO()
    book.save(kept)
    address = desk.upload(content=kept.getvalue(), name="pegawai.xlsx").location
    preview = desk.client.post(address, data=_chosen(desk.page(address))).location
    page = desk.page(preview)
    assert "simpan kolom NIP sebagai teks" in page
    refused = desk.apply(preview)
    assert refused.status_code == 422
    assert desk.apply(preview, only_good="1").status_code == 303
    assert session.scalars(sa.select(Employee.nip)).all() == [MARIA]


def test_an_unknown_unit_is_made_on_the_page(desk: Desk, session: Session) -> None:
    preview = desk.compared(desk.row(unit="Loket Akta Kelahiran"))
    assert "Unit yang tidak dikenal" in desk.page(preview)
    bad = desk.client.post(f"{preview}/unit", data={"means-0": "new", "name-0": "Loket Akta", "code-0": "Loket Akta"})
    assert bad.status_code == 422
    assert 'value="Loket Akta"' in bad.get_data(as_text=True)
    sent = {"means-0": "new", "name-0": "Loket Akta", "code-0": "loket-akta", "kind-0": "section",
            "parent-0": str(desk.town.ktp.id), "starts_on-0": "1-1-2026"}  # fmt: skip
    assert desk.client.post(f"{preview}/unit", data=sent).status_code == 303
    assert "Unit yang ikut dibuat" in desk.page(preview)
    assert desk.apply(preview).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_an_unknown_unit_is_matched_with_any_known_one(desk: Desk, session: Session) -> None:
    preview = desk.compared(desk.row(unit="Bagian Umum"))
    page = desk.page(preview)
    assert '<optgroup label="Semua unit">' in page
    assert f'<option value="{desk.town.kk.id}">Loket KK</option>' in page
    assert desk.client.post(f"{preview}/unit", data={"means-0": str(desk.town.kk.id)}).status_code == 303
    desk.apply(preview)
    assert session.scalars(sa.select(Assignment.unit_id)).all() == [desk.town.kk.id]


def test_columns_that_lists_need_are_asked_for_before_their_cells_are_emptied(desk: Desk) -> None:
    address = desk.upload(desk.row()).location
    chosen = {**_chosen(desk.page(address)), "c1": "", "c4": ""}
    answer = desk.client.post(address, data=chosen)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Belum ada kolom untuk: Nama, TMT jabatan (mulai)." in page
    assert 'href="#without"' in page
    assert "Maria Bere" in desk.page(address)
    assert desk.client.post(address, data={**chosen, "without": "1"}).status_code == 303


def test_a_column_whose_cells_are_gone_is_not_offered_again(desk: Desk) -> None:
    address = desk.upload(desk.row()).location
    chosen = {**_chosen(desk.page(address)), "c1": "", "without": "1"}
    desk.client.post(address, data=chosen)
    page = desk.page(address)
    assert "Isi kolom ini sudah dihapus" in page
    assert 'id="c1"' not in page
    answer = desk.client.post(address, data={**chosen, "c1": "name"})
    assert answer.status_code == 422
    assert "Unggah lagi berkasnya" in answer.get_data(as_text=True)


def test_a_list_of_refused_rows_is_not_called_known(desk: Desk) -> None:
    preview = desk.compared(desk.row("123"), desk.row("131234567"))
    page = desk.page(preview)
    assert "semua baris ditolak" in page
    assert "sudah tercatat" not in page


def test_the_wish_for_the_good_rows_alone_is_kept_when_something_else_is_missing(desk: Desk, session: Session) -> None:
    make.submission(session, desk.town.ktp, occurred_on=clock.utcnow().date() - timedelta(days=90))
    preview = desk.compared(desk.row(ahead=-30), desk.row("123"))
    answer = desk.apply(preview, only_good="1", reason="x")
    assert answer.status_code == 422
    assert 'name="only_good" value="1" checked' in answer.get_data(as_text=True)


def test_titles_above_the_header_are_left_out_and_told(desk: Desk) -> None:
    rows = "\n".join(["DAFTAR PEGAWAI", "Dinas Kependudukan, Mei 2026", "", HEAD, desk.row()])
    address = desk.upload(content=rows.encode()).location
    page = desk.page(address)
    assert "Nama kolom diambil dari baris 4 berkas." in page
    assert _chosen(page)["c0"] == "nip"


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(desk: Desk) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Pegawai"
    sheet.append(HEAD.split(";"))
    sheet.append(desk.row().split(";"))
    kept = io.BytesIO()
    book.save(kept)
    answer = desk.client.post(
        START, data={"instansi": desk.town.agency.id, "sheet": "Mei", "file": (io.BytesIO(kept.getvalue()), "p.xlsx")},
        content_type="multipart/form-data",
    )  # fmt: skip
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Lembar dengan nama itu tidak ada" in page
    assert "Lembar dalam berkas ini: Pegawai" in page


def test_rows_are_filtered_and_downloaded_without_formulas_or_numbers(desk: Desk) -> None:
    preview = desk.compared(desk.row(), f"123;=HYPERLINK(1);Loket KK;Petugas;{desk.day(30)};800/2;")
    page = desk.page(f"{preview}?jenis=refused")
    assert "Maria Bere:" not in page
    assert "18 angka" in page
    answer = desk.client.get(f"{preview}/unduh")
    table = answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    assert MARIA not in table
    assert not re.search(r'(^|[;,"])=', table, re.M)


def test_a_list_that_moves_the_past_is_asked_for_with_a_reason(desk: Desk, session: Session) -> None:
    make.submission(session, desk.town.ktp, occurred_on=clock.utcnow().date() - timedelta(days=90))
    preview = desk.compared(desk.row(ahead=-30))
    assert "Ajukan kepada orang kedua" in desk.page(preview)
    short = desk.apply(preview, reason="x")
    assert short.status_code == 422
    assert desk.apply(preview, reason="Terlambat dicatat").status_code == 303
    assert "menunggu persetujuan orang kedua" in desk.page(preview)
    assert session.scalar(sa.select(sa.func.count()).select_from(PeopleChange)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 0


def test_the_second_person_reads_the_list_and_agrees(desk: Desk, session: Session, login: Login) -> None:
    make.submission(session, desk.town.ktp, occurred_on=clock.utcnow().date() - timedelta(days=90))
    superior = make.user(session)
    make.grant(session, superior, Role.SUPERIOR, desk.town.agency)
    preview = desk.compared(desk.row(ahead=-30))
    desk.apply(preview, reason="Terlambat dicatat")
    change = session.scalars(sa.select(PeopleChange)).one()
    desk.client.post("/keluar")
    client = login(superior)
    page = client.get(preview).get_data(as_text=True)
    assert "Maria Bere" in page
    assert "Buang daftar ini" not in page
    assert client.post(f"{preview}/buang").status_code in {403, 404}
    waits = client.get(f"/petugas/pegawai/persetujuan?instansi={desk.town.agency.id}").get_data(as_text=True)
    assert preview in waits
    done = client.post(f"/petugas/pegawai/persetujuan/{desk.town.agency.id}/{change.id}/setujui")
    assert done.status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_rows_that_touch_the_past_are_taken_out_on_the_page(desk: Desk, session: Session) -> None:
    make.submission(session, desk.town.ktp, occurred_on=clock.utcnow().date() - timedelta(days=90))
    preview = desk.compared(desk.row(ahead=-30), desk.row(YOSEF))
    assert desk.client.post(f"{preview}/lampau", data={"leave_out": "1"}).status_code == 303
    assert "tidak diterapkan" in desk.page(preview)
    assert desk.apply(preview).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Assignment)) == 1


def test_who_looks_after_one_unit_finds_no_form(town: Town, session: Session, login: Login) -> None:
    officer = make.user(session)
    make.grant(session, officer, Role.PERSONNEL, town.agency, town.ktp)
    page = login(officer).get(START).get_data(as_text=True)
    assert "Impor memerlukan wewenang atas seluruh instansi" in page
    assert 'type="file"' not in page


def test_an_import_of_another_agency_is_not_there(desk: Desk, session: Session, login: Login) -> None:
    preview = desk.compared(desk.row())
    stranger = make.user(session)
    make.grant(session, stranger, Role.PERSONNEL, make.agency(session))
    desk.client.post("/keluar")
    client = login(stranger)
    assert client.get(preview).status_code == 404
    assert client.get(f"{preview}/unduh").status_code == 404
    for act in ("terapkan", "urungkan", "buang", "unit", "lampau", "kolom"):
        assert client.post(f"{preview}/{act}", data={}).status_code == 404
    assert client.get(f"{START}?instansi={desk.town.agency.id}").status_code == 404


def test_a_list_is_thrown_away(desk: Desk, session: Session) -> None:
    preview = desk.compared(desk.row())
    assert desk.client.post(f"{preview}/buang").status_code == 303
    assert session.scalars(sa.select(PeopleImport.state)).one().value == "dropped"
    assert "pegawai.csv" not in desk.page(START)


def test_a_key_is_shown_once_and_revoked(desk: Desk) -> None:
    keys = f"{START}/kunci"
    assert desk.client.post(keys, data={"name": " "}).status_code == 422
    raw = re.findall(r"spk_[\w-]{43}", desk.client.post(keys, data={"name": "SIMPEG"}).get_data(as_text=True))
    assert len(raw) == 1
    page = desk.page(keys)
    assert raw[0] not in page
    revoke = re.findall(r'action="(/petugas/pegawai/impor/kunci/\d+/\d+/cabut)"', page)[0]
    assert desk.client.post(revoke).status_code == 303
    assert "Dicabut" in desk.page(keys)

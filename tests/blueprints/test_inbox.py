"""The inbox as a page: search, filters, views of one's own, and acts on many cases."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.handling.bulk.models import BulkAct
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import SavedView, User
from feedback_app.identity.rules import Role
from feedback_app.identity.saved_views import VIEWS_MOST
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

INBOX = "/petugas/kotak-masuk"
ALL_AT_ONCE = "/petugas/sekaligus"


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def who(office: Office) -> User:
    return office.staff(Role.UNIT_HEAD)


@pytest.fixture
def head(login: Login, who: User) -> FlaskClient:
    return login(who)


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.get_data(as_text=True))


def ticked(*cases: Case) -> list[str]:
    return [f"{case.id}:{case.version}" for case in cases]


def test_a_search_looks_in_every_group_and_says_how_many(head: FlaskClient, office: Office) -> None:
    office.report("Antrean panjang di loket dua.")
    office.report("Jalan di depan pasar berlubang.")
    page = text_of(head, f"{INBOX}?q=antre")
    assert "1 kasus ditemukan" in page
    assert "Antrean panjang" in page
    assert "berlubang" not in page


def test_what_is_asked_is_shown_and_each_part_can_be_dropped(head: FlaskClient, office: Office) -> None:
    office.report("Antrean panjang di loket dua.")
    page = text_of(head, f"{INBOX}?q=antre&urgency=high&assigned=nobody")
    for words in ("Kata: antre", "Kemendesakan: Mendesak", "Petugas: Belum ada petugas"):
        assert words in page
    assert f'href="{INBOX}?urgency=high&assigned=nobody&group=all"' in page


def test_nothing_found_says_what_to_do_next(head: FlaskClient, office: Office) -> None:
    office.report()
    page = text_of(head, f"{INBOX}?q=gajah")
    assert "Tidak ada kasus yang cocok" in page
    assert "Hapus semua saringan" in page


def test_what_somebody_looked_for_is_text_on_the_page(head: FlaskClient) -> None:
    raw = head.get(INBOX, query_string={"q": '"><script>alert(1)</script>'}).get_data(as_text=True)
    assert "<script>alert" not in raw


@pytest.mark.parametrize(
    "query", ["unit=abc&due=x&from=gestern&group=0", "page=999999", "q=%00%00", "unit=" + "9" * 40]
)
def test_an_address_that_makes_no_sense_is_answered(head: FlaskClient, office: Office, query: str) -> None:
    office.report()
    assert head.get(f"{INBOX}?{query}").status_code == 200


def test_the_line_of_a_case_names_the_clock_that_runs(head: FlaskClient, office: Office, who: User) -> None:
    case = office.report()
    assert re.search(r'due-clock">Verifikasi<', text_of(head, INBOX))
    head.post(f"/petugas/kasus/{case.id}/ambil")
    page = text_of(head, INBOX)
    assert re.search(r'due-clock">Tanggapan<', page)
    assert f"· {who.name}</span>" in page


def test_who_may_only_read_ticks_nothing(login: Login, office: Office) -> None:
    case = office.report()
    reader = login(office.staff(Role.ADMINISTRATOR, everywhere=True))
    assert 'name="case"' not in text_of(reader, INBOX)
    answer = reader.post(ALL_AT_ONCE, data={"act": "verify", "case": ticked(case)})
    assert answer.status_code == 403


def test_a_view_is_kept_found_again_and_forgotten(head: FlaskClient, session: Session, office: Office) -> None:
    office.report()
    answer = head.post(f"{INBOX}/pandangan", data={"name": " Tanpa  petugas ", "assigned": "nobody", "group": "todo"})
    assert (answer.status_code, answer.location) == (303, f"{INBOX}?group=todo&assigned=nobody")
    page = text_of(head, answer.location)
    assert "Pandangan “Tanpa petugas” tersimpan." in page
    assert re.search(r'aria-current="page">Tanpa petugas', page)
    view = session.scalars(sa.select(SavedView)).one()
    assert head.post(f"{INBOX}/pandangan/{view.id}/hapus").status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(SavedView)) == 0


def test_the_inbox_opens_with_a_view_until_that_is_taken_back(
    head: FlaskClient, session: Session, office: Office, who: User
) -> None:
    mine, free = office.report("Laporan yang saya pegang."), office.report("Laporan tanpa petugas.")
    mine.assigned_to = who.id
    session.commit()
    head.post(f"{INBOX}/pandangan", data={"name": "Saya", "assigned": "me"})
    view = session.scalars(sa.select(SavedView)).one()
    head.post(f"{INBOX}/pandangan/{view.id}/utama", data={"wanted": "1"})
    assert free.status is CaseStatus.NEW
    assert "Laporan tanpa petugas." not in text_of(head, INBOX)
    assert "Laporan tanpa petugas." in text_of(head, f"{INBOX}?group=todo")
    head.post(f"{INBOX}/pandangan/{view.id}/utama", data={"wanted": "0"})
    assert "Laporan tanpa petugas." in text_of(head, INBOX)


def test_a_view_has_a_name_of_its_own_and_their_number_is_bounded(
    head: FlaskClient, session: Session, who: User
) -> None:
    def kept(name: str) -> str:
        head.post(f"{INBOX}/pandangan", data={"name": name, "assigned": "me"})
        return text_of(head, INBOX)

    assert "Beri nama pandangan" in kept("  ")
    assert "Beri nama pandangan" in kept("x" * 61)
    kept("Punya saya")
    assert "sudah ada" in kept("punya SAYA")
    for number in range(VIEWS_MOST):
        kept(f"Pandangan {number}")
    assert "Paling banyak" in kept("Satu lagi")
    assert session.scalar(sa.select(sa.func.count()).select_from(SavedView)) == VIEWS_MOST


def test_the_view_of_a_colleague_does_not_exist(head: FlaskClient, session: Session, office: Office) -> None:
    colleague = office.staff(Role.OFFICER)
    view = SavedView(user_id=colleague.id, name="Rahasia saya", asked={"arguments": {}}, saved_at=make.NOW)
    session.add(view)
    session.commit()
    assert "Rahasia saya" not in text_of(head, INBOX)
    for verb in ("hapus", "utama"):
        assert head.post(f"{INBOX}/pandangan/{view.id}/{verb}").status_code == 404


def test_an_act_on_many_is_looked_at_done_told_and_undone(
    head: FlaskClient, session: Session, office: Office, who: User
) -> None:
    first, second, taken = (office.report(f"Laporan nomor {number} dari warga.") for number in range(3))
    head.post(f"/petugas/kasus/{taken.id}/ambil")
    chosen = ticked(first, second, office.fresh(taken))
    preview = head.get(ALL_AT_ONCE, query_string={"act": "verify", "case": chosen}).get_data(as_text=True)
    assert "3 kasus dipilih" in preview
    assert first.status is CaseStatus.NEW
    answer = head.post(ALL_AT_ONCE, data={"act": "verify", "case": chosen})
    assert answer.status_code == 303
    page = text_of(head, answer.location)
    assert "2 kasus diverifikasi." in page
    assert "1 kasus tidak berubah" in page
    assert "Kasus ini sudah diverifikasi." in page
    assert {office.fresh(case).status for case in (first, second)} == {CaseStatus.VERIFIED}
    undone = text_of(head, head.post(f"{answer.location}/batal").location)
    assert "2 kasus dikembalikan." in undone
    assert {office.fresh(case).status for case in (first, second)} == {CaseStatus.NEW}
    assert "Batalkan semuanya" not in undone


def test_what_was_typed_for_an_act_that_is_refused_is_shown_again(head: FlaskClient, office: Office) -> None:
    elsewhere = new_office(office.session)
    case, foreign = office.report(), elsewhere.report()
    sent = {
        "act": "dispose",
        "case": ticked(foreign),
        "to_unit": str(office.unit.id),
        "reason": "Salah alamat rupanya.",
    }
    answer = head.post(ALL_AT_ONCE, data=sent)
    assert answer.status_code == 422
    sent["case"] = ticked(case)
    page = head.post(ALL_AT_ONCE, data=sent, follow_redirects=True).get_data(as_text=True)
    assert "Kasus ini sudah ada di unit itu." in page


def test_an_act_without_a_case_leads_back_and_changes_nothing(head: FlaskClient, session: Session) -> None:
    for method in ("GET", "POST"):
        answer = head.open(ALL_AT_ONCE, method=method, data={"act": "verify"})
        assert (answer.status_code, answer.location) == (303, INBOX)
    assert session.scalar(sa.select(sa.func.count()).select_from(BulkAct)) == 0


def test_a_case_of_another_unit_is_neither_shown_nor_changed(head: FlaskClient, office: Office) -> None:
    own, foreign = (
        office.report("Laporan untuk unit saya."),
        new_office(office.session).report("Laporan untuk orang lain."),
    )
    page = head.get(ALL_AT_ONCE, query_string={"act": "verify", "case": ticked(own, foreign)}).get_data(as_text=True)
    assert "Laporan untuk orang lain." not in page
    assert "1 kasus lain tidak dapat Anda tangani" in page
    head.post(ALL_AT_ONCE, data={"act": "verify", "case": ticked(own, foreign)})
    assert office.fresh(own).status is CaseStatus.VERIFIED
    assert foreign.status is CaseStatus.NEW


def test_the_act_of_a_colleague_does_not_exist(head: FlaskClient, session: Session, office: Office) -> None:
    act = BulkAct(agency_id=office.agency.id, kind="verify", user_id=office.staff(Role.OFFICER).id, at=make.NOW)
    session.add(act)
    session.commit()
    assert head.get(f"{ALL_AT_ONCE}/{act.id}").status_code == 404
    assert head.post(f"{ALL_AT_ONCE}/{act.id}/batal").status_code == 404


def test_an_answer_to_many_has_a_page_of_its_own(head: FlaskClient, office: Office) -> None:
    case = office.report()
    answer = head.get(ALL_AT_ONCE, query_string={"act": "reply", "case": ticked(case)})
    assert answer.status_code == 303
    assert "Laporan" in text_of(head, answer.location) or str(case.id) in text_of(head, answer.location)

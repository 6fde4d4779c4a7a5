"""The pages around answers: notes, templates, merged reports, and one answer to many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.clock import utcnow
from feedback_app.handling.answers.models import ReplyTemplate
from feedback_app.handling.answers.templates import rewrite_template, write_template
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.desk.models import CaseNote
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.operations import take
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office

ANSWER = "Lampu sudah diganti kemarin sore."
LAMP = "Lampu jalan di depan Pasar Inpres Waingapu padam sejak seminggu, gelap sekali kalau malam."
SAME = "Sudah seminggu lampu jalan depan pasar inpres padam, malam gelap dan rawan. Mohon diperbaiki."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Pekerjaan Umum")


@pytest.fixture
def who(office: Office) -> User:
    return office.staff(Role.OFFICER)


@pytest.fixture
def officer(login: Login, who: User) -> FlaskClient:
    return login(who)


@pytest.fixture
def head(login: Login, office: Office) -> FlaskClient:
    return login(office.staff(Role.UNIT_HEAD))


def page_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def template(session: Session, office: Office, by: User, text: str = "Terima kasih, kasus {nomor_kasus}.") -> int:
    made = write_template(session, office.agency.id, office.unit.id, "Salam", text, user_id=by.id, now=make.NOW)
    session.commit()
    return made.id


def texts(session: Session, model: type[Reply | CaseNote], case: Case) -> list[str]:
    return list(session.scalars(sa.select(model.text).where(model.case_id == case.id)))


def test_a_note_is_kept_shown_with_its_author_and_taken_back(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case = office.report()
    path = f"/petugas/kasus/{case.id}"
    assert "Belum ada catatan" in page_of(officer, path)
    kept = officer.post(f"{path}/catatan", data={"text": "Blangko datang <b>Senin</b>."}, follow_redirects=True)
    page = kept.get_data(as_text=True)
    assert "Blangko datang &lt;b&gt;Senin&lt;/b&gt;." in page
    assert who.name in page
    [note_id] = session.scalars(sa.select(CaseNote.id).where(CaseNote.case_id == case.id))
    gone = officer.post(f"{path}/catatan/{note_id}/hapus", follow_redirects=True)
    assert "Catatan dihapus." in gone.get_data(as_text=True)
    assert texts(session, CaseNote, case) == []


def test_a_note_that_cannot_be_kept_is_shown_again_as_typed(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    case = office.report()
    refused = officer.post(f"/petugas/kasus/{case.id}/catatan", data={"text": "x"})
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert 'href="#text"' in page
    assert re.search(r"<textarea[^>]*>\s*x</textarea>", page)
    assert texts(session, CaseNote, case) == []


def test_notes_of_cases_and_colleagues_out_of_reach_do_not_exist(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    foreign = new_office(session).report()
    assert officer.post(f"/petugas/kasus/{foreign.id}/catatan", data={"text": "Halo."}).status_code == 404
    mine, colleague = office.report(), make.user(session)
    note = CaseNote(agency_id=mine.agency_id, case_id=mine.id, author_id=colleague.id, text="Halo.", at=utcnow())
    session.add(note)
    session.commit()
    assert officer.post(f"/petugas/kasus/{mine.id}/catatan/{note.id}/hapus").status_code == 404
    assert "Hapus catatan" not in page_of(officer, f"/petugas/kasus/{mine.id}")


def test_a_reader_sees_notes_and_writes_none(session: Session, office: Office, login: Login) -> None:
    case = office.report()
    note = CaseNote(
        agency_id=case.agency_id, case_id=case.id, author_id=make.user(session).id, text="Halo rekan.", at=utcnow()
    )
    session.add(note)
    session.commit()
    page = page_of(login(office.staff(Role.ADMINISTRATOR, everywhere=True)), f"/petugas/kasus/{case.id}")
    assert "Halo rekan." in page
    assert "Simpan catatan" not in page


def test_a_template_goes_below_what_is_typed_and_nothing_is_sent(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, template_id = office.report(), template(session, office, who)
    answer = officer.post(
        f"/petugas/kasus/{case.id}/tanggapi",
        data={"step": "template", "template": str(template_id), "text": "Bapak/Ibu,", "version": str(case.version)},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert re.search(rf"Bapak/Ibu,\s+Terima kasih, kasus {case.id}\.", page)
    assert texts(session, Reply, case) == []


def test_a_link_with_a_template_starts_the_answer_with_it(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, template_id = office.report(), template(session, office, who, "Selesai {batas_penyelesaian}, {layanan}.")
    page = page_of(officer, f"/petugas/kasus/{case.id}?template={template_id}")
    assert "Belum terisi: {layanan}" in page
    assert "Templat itu tidak ada" in page_of(officer, f"/petugas/kasus/{case.id}?template=999999")
    assert "Pilih templat dari daftar" in page_of(officer, f"/petugas/kasus/{case.id}?template=x")


def test_the_script_gets_the_filled_words_and_nothing_of_other_places(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, template_id = office.report(), template(session, office, who, "Kasus {nomor_kasus} <i>.")
    answer = officer.get(f"/petugas/kasus/{case.id}/templat/{template_id}")
    assert (answer.mimetype, answer.get_data(as_text=True)) == ("text/plain", f"Kasus {case.id} <i>.")
    foreign = new_office(session)
    theirs = write_template(session, foreign.agency.id, None, "Asing", "Halo.", user_id=who.id, now=make.NOW)
    foreign_case = foreign.report()
    for path in (f"{case.id}/templat/{theirs.id}", f"{foreign_case.id}/templat/{template_id}"):
        assert officer.get(f"/petugas/kasus/{path}").status_code == 404


def test_an_answer_with_something_left_to_fill_in_is_refused_and_shown_again(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    case = office.report()
    typed = "Selesai pada {batas_penyelesaian} di kantor."
    refused = officer.post(f"/petugas/kasus/{case.id}/tanggapi", data={"text": typed, "version": str(case.version)})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "Isian {batas_penyelesaian} belum terisi" in page
    assert typed in page
    assert texts(session, Reply, case) == []


def test_a_head_writes_looks_at_changes_and_removes_a_template(
    session: Session, office: Office, head: FlaskClient
) -> None:
    assert "Belum ada templat" in page_of(head, "/petugas/templat")
    fields = {"name": "Lampu jalan", "text": "Kasus {nomor_kasus} di {nama_unit}."}
    shown = head.post("/petugas/templat/baru", data={**fields, "step": "preview"}).get_data(as_text=True)
    assert "Kasus 123 di Dinas Pekerjaan Umum." in shown
    assert session.scalar(sa.select(sa.func.count()).select_from(ReplyTemplate)) == 0
    kept = head.post("/petugas/templat/baru", data={**fields, "step": "save"}, follow_redirects=True)
    assert "Templat tersimpan." in kept.get_data(as_text=True)
    [made] = session.scalars(sa.select(ReplyTemplate).where(ReplyTemplate.agency_id == office.agency.id))
    page = page_of(head, f"/petugas/templat/{made.id}")
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)
    assert seen_at
    fields = {"name": "Lampu", "text": "Sudah diganti.", "seen_at": seen_at[1]}
    changed = head.post(f"/petugas/templat/{made.id}", data=fields, follow_redirects=True)
    assert "Templat diubah." in changed.get_data(as_text=True)
    head.post(f"/petugas/templat/{made.id}/hapus")
    assert page_of(head, f"/petugas/templat/{made.id}", 404)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"name": "", "text": "Halo."}, "Beri nama templat", id="no name"),
        pytest.param({"name": "Salam", "text": ""}, "Isi tulisan templat", id="no words"),
        pytest.param({"name": "Salam", "text": "{nama_camat}"}, "{nama_camat} tidak dikenal", id="unknown"),
        pytest.param({"name": "Salam", "text": "Halo.", "scope": "1-1"}, "Pilih unit dari daftar", id="foreign unit"),
    ],
)
def test_a_template_that_cannot_be_kept_says_why(head: FlaskClient, fields: dict[str, str], words: str) -> None:
    refused = head.post("/petugas/templat/baru", data=fields)
    assert refused.status_code == 422
    assert words in refused.get_data(as_text=True)


def test_a_name_in_use_and_a_colleague_who_was_faster_are_told_with_the_typed_words(
    session: Session, office: Office, head: FlaskClient, who: User
) -> None:
    template_id = template(session, office, who, "Halo.")
    taken = head.post("/petugas/templat/baru", data={"name": "salam", "text": "Tulisan saya sendiri."})
    assert taken.status_code == 409
    assert "Tulisan saya sendiri." in taken.get_data(as_text=True)
    row = session.scalars(sa.select(ReplyTemplate).where(ReplyTemplate.id == template_id)).one()
    rewrite_template(session, row, "Salam", "Tulisan rekan.", seen_at=None, user_id=who.id, now=utcnow())
    session.commit()
    late = head.post(
        f"/petugas/templat/{template_id}",
        data={"name": "Salam", "text": "Tulisan saya.", "seen_at": make.NOW.isoformat()},
    )
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "Tulisan saya." in page
    assert "Tulisan rekan." in page


def test_templates_of_other_places_do_not_exist_and_officers_manage_none(
    session: Session, office: Office, login: Login, who: User
) -> None:
    foreign = new_office(session)
    theirs = write_template(session, foreign.agency.id, None, "Asing", "Halo.", user_id=who.id, now=make.NOW).id
    session.commit()
    head = login(office.staff(Role.UNIT_HEAD))
    assert head.get(f"/petugas/templat/{theirs}").status_code == 404
    assert head.post(f"/petugas/templat/{theirs}", data={"name": "x", "text": "y"}).status_code == 404
    assert head.post(f"/petugas/templat/{theirs}/hapus").status_code == 404
    head.post("/keluar")
    assert login(who).get("/petugas/templat").status_code == 403


def test_similar_reports_are_shown_ticked_and_merged(session: Session, office: Office, officer: FlaskClient) -> None:
    older, younger = office.report(LAMP, at=utcnow() - timedelta(days=2)), office.report(SAME)
    page = page_of(officer, f"/petugas/kasus/{younger.id}/gabung")
    assert LAMP in page
    merged = officer.post(
        f"/petugas/kasus/{younger.id}/gabung",
        data={"case": f"{older.id}:{older.version}", "version": str(younger.version)},
        follow_redirects=True,
    )
    assert merged.request.path == f"/petugas/kasus/{older.id}"
    assert "Laporan yang digabungkan ke sini" in merged.get_data(as_text=True)
    assert office.fresh(younger).duplicate_of == older.id
    copy = page_of(officer, f"/petugas/kasus/{younger.id}")
    assert "Kirim tanggapan" not in copy
    assert "Ambil kasus ini" not in copy
    assert "ditanggapi bersama kasus utamanya" in copy
    assert f'href="/petugas/kasus/{older.id}"' in copy


def test_a_report_is_added_by_its_number_and_one_out_of_reach_is_not(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    case, other = office.report(LAMP), office.report("Antre puskesmas tiga jam tanpa dipanggil.")
    page = page_of(officer, f"/petugas/kasus/{case.id}/gabung?number=%23{other.id}")
    assert re.search(rf'value="{other.id}:\d+"[^>]* checked', page)
    foreign = new_office(session).report(LAMP)
    refused = page_of(officer, f"/petugas/kasus/{case.id}/gabung?number={foreign.id}")
    assert "tidak ada di unit Anda" in refused
    assert f'value="{foreign.id}:' not in refused
    stolen = officer.post(f"/petugas/kasus/{case.id}/gabung", data={"case": str(foreign.id)})
    assert stolen.status_code == 404


def test_merging_nothing_or_something_changed_since_is_told(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, other = office.report(LAMP), office.report(SAME)
    nothing = officer.post(f"/petugas/kasus/{case.id}/gabung", data={"version": str(case.version)})
    assert nothing.status_code == 422
    seen = f"{other.id}:{other.version}"
    take(session, other, user_id=who.id, now=utcnow())
    session.commit()
    late = officer.post(f"/petugas/kasus/{case.id}/gabung", data={"case": seen, "version": str(case.version)})
    assert late.status_code == 409
    assert "berubah sejak Anda membukanya" in late.get_data(as_text=True)
    assert office.fresh(other).duplicate_of is None


def test_reports_about_ones_own_papers_are_shown_with_a_warning(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    warning = "dokumen milik pelapornya sendiri"
    lamp, again = office.report(LAMP), office.report(SAME)
    assert warning not in page_of(officer, f"/petugas/kasus/{lamp.id}/gabung")
    lost = office.report("KTP saya hilang")
    assert f"{again.id}:" in page_of(officer, f"/petugas/kasus/{lamp.id}/gabung")
    assert warning in page_of(officer, f"/petugas/kasus/{lamp.id}/gabung?number={lost.id}")


def test_why_reports_cannot_be_merged_is_said_in_the_language_of_the_page(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, main, copy = office.report(LAMP), office.report(SAME), office.report(SAME)
    merge(session, [main, copy], user_id=who.id, now=utcnow())
    session.commit()
    merged = copy if office.fresh(copy).duplicate_of else main
    data = {"case": f"{merged.id}:{office.fresh(merged).version}", "version": str(office.fresh(case).version)}
    officer.post("/bahasa", data={"language": "en"})
    page = officer.post(f"/petugas/kasus/{case.id}/gabung", data=data)
    assert page.status_code == 409
    assert f"Case {merged.id} is merged already" in page.get_data(as_text=True)


def test_a_merged_report_is_taken_apart(session: Session, office: Office, officer: FlaskClient, who: User) -> None:
    older, younger = office.report(LAMP, at=utcnow() - timedelta(days=2)), office.report(SAME)
    merge(session, [older, younger], user_id=who.id, now=utcnow())
    session.commit()
    apart = officer.post(
        f"/petugas/kasus/{younger.id}/pisah", data={"version": str(younger.version)}, follow_redirects=True
    )
    assert "berdiri sendiri" in apart.get_data(as_text=True)
    again = officer.post(f"/petugas/kasus/{younger.id}/pisah", follow_redirects=True)
    assert "tidak sedang digabungkan" in again.get_data(as_text=True)


def test_the_main_case_says_whom_an_answer_reaches_and_answers_them(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    older, younger = office.report(LAMP, at=utcnow() - timedelta(days=2)), office.report(SAME)
    merge(session, [older, younger], user_id=who.id, now=utcnow())
    session.commit()
    assert "pelapor dari 1 laporan yang digabungkan" in page_of(officer, f"/petugas/kasus/{older.id}")
    sent = officer.post(
        f"/petugas/kasus/{older.id}/tanggapi",
        data={"text": ANSWER, "version": str(older.version)},
        follow_redirects=True,
    )
    assert "terkirim kepada 2 pelapor" in sent.get_data(as_text=True)
    assert [texts(session, Reply, case) for case in (older, younger)] == [[ANSWER], [ANSWER]]


def test_one_text_is_looked_at_and_sent_to_all_chosen(session: Session, office: Office, officer: FlaskClient) -> None:
    cases = [office.report() for _ in range(3)]
    query = "&".join(f"case={case.id}" for case in cases)
    page = page_of(officer, f"/petugas/tanggapi-bersama?{query}")
    assert "dibaca 3 pelapor" in page
    chosen = [f"{case.id}:{case.version}" for case in cases]
    text = "Laporan {nomor_kasus} sudah kami tangani."
    shown = officer.post("/petugas/tanggapi-bersama", data={"case": chosen, "text": text, "step": "preview"})
    for case in cases:
        assert f"Laporan {case.id} sudah kami tangani." in shown.get_data(as_text=True)
    assert texts(session, Reply, cases[0]) == []
    sent = officer.post("/petugas/tanggapi-bersama", data={"case": chosen, "text": text, "step": "send"})
    assert sent.status_code == 303
    for case in cases:
        assert texts(session, Reply, case) == [f"Laporan {case.id} sudah kami tangani."]


def test_the_preview_of_one_text_says_for_which_cases_something_is_left_to_fill_in(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    over, ahead = office.report(), office.report()
    over.resolve_due_at, ahead.resolve_due_at = utcnow() - timedelta(days=3), utcnow() + timedelta(days=3)
    session.commit()
    fields = {"case": [over.id, ahead.id], "text": "Selesai sebelum {batas_penyelesaian}.", "step": "preview"}
    page = officer.post("/petugas/tanggapi-bersama", data=fields).get_data(as_text=True)
    assert page.count("tidak akan terkirim") == 1
    assert page.count("<blockquote>Selesai sebelum {batas_penyelesaian}.</blockquote>") == 1


def test_what_was_not_answered_stays_chosen_with_its_reason_and_the_typed_words(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    good, changed = office.report(), office.report()
    seen = [f"{case.id}:{case.version}" for case in (good, changed)]
    take(session, changed, user_id=who.id, now=utcnow())
    session.commit()
    sent = officer.post("/petugas/tanggapi-bersama", data={"case": seen, "text": ANSWER, "step": "send"})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 409
    assert "terkirim kepada 1 pelapor" in page
    assert "berubah sejak Anda memilihnya" in page
    assert ANSWER in page
    assert f'value="{changed.id}:' in page
    assert f'value="{good.id}:' not in page
    assert office.fresh(good).status is CaseStatus.ANSWERED


def test_cases_out_of_reach_are_left_out_of_the_page_and_told_as_a_number(
    session: Session, office: Office, officer: FlaskClient
) -> None:
    mine, foreign = office.report(LAMP), new_office(session).report("Laporan orang lain di tempat lain.")
    page = page_of(officer, f"/petugas/tanggapi-bersama?case={mine.id}&case={foreign.id}&case=x")
    assert "1 kasus yang dipilih tidak dapat" in page
    assert "Laporan orang lain" not in page
    assert "Belum ada laporan yang dipilih" in page_of(officer, "/petugas/tanggapi-bersama")
    refused = officer.post("/petugas/tanggapi-bersama", data={"case": str(foreign.id), "text": ANSWER, "step": "send"})
    assert refused.status_code == 409
    assert texts(session, Reply, foreign) == []


def test_a_template_in_one_text_to_many_keeps_its_placeholders_until_it_is_sent(
    session: Session, office: Office, officer: FlaskClient, who: User
) -> None:
    case, template_id = office.report(), template(session, office, who)
    page = officer.post(
        "/petugas/tanggapi-bersama",
        data={"case": str(case.id), "text": "", "template": str(template_id), "step": "template"},
    ).get_data(as_text=True)
    assert "Terima kasih, kasus {nomor_kasus}." in page

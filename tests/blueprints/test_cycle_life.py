"""The pages of a cycle's life: board, right of reply, signatures, freezing, versions, differences, objections."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.life import open_replies
from feedback_app.evaluation.cycles.objections import explain, file_objection
from feedback_app.evaluation.cycles.rules import DayKind
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Objection
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Employee
from tests import factories as make
from tests.blueprints.office import Login, Office, new_office
from tests.evaluation.cycles import steps
from tests.factories import PASSWORD

WORDS = "Tiga minggu itu saya cuti, suratnya ada."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def boss(office: Office) -> User:
    return office.staff(Role.EVALUATOR, everywhere=True)


@pytest.fixture
def who(office: Office) -> Employee:
    found = office.servant("Umbu Tara", starts_on=steps.STARTS_ON, recorded_at=steps.COMPUTED_AT)
    make.linked(office.session, found, make.user(office.session).id)
    office.session.commit()
    return found


@pytest.fixture
def cycle(office: Office, who: Employee) -> Cycle:
    found = steps.computed(office.session, steps.draft(office.session, office.agency), who)
    office.session.commit()
    return found


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def frozen(office: Office, cycle: Cycle) -> Cycle:
    steps.signed(office.session, steps.reviewed(office.session, cycle))
    freeze(office.session, cycle, actor=SYSTEM, now=clock.utcnow() - timedelta(days=1))
    office.session.commit()
    return cycle


def objection_of(office: Office, cycle: Cycle, who: Employee) -> Objection:
    assert who.user_id is not None
    found = file_objection(
        office.session, cycle, who.id, words=WORDS, actor=person(who.user_id), now=clock.utcnow(),
        day_kind=DayKind.CALENDAR,
    )  # fmt: skip
    office.session.commit()
    return found


def test_the_board_names_what_comes_next_in_each_cycle(
    sign_in: Login, office: Office, boss: User, cycle: Cycle
) -> None:
    steps.draft(office.session, office.agency, "Tahun depan", starts_on=steps.STARTS_ON.replace(year=2090),
                ends_on=steps.ENDS_ON.replace(year=2090))  # fmt: skip
    office.session.commit()
    text = page(sign_in(boss), "/petugas/evaluasi")
    assert "Buka hak jawab, supaya pegawai dapat membaca dan menyanggah." in text
    assert "Dapat dihitung mulai 22 April 2090, sesudah bukunya ditutup." in text
    assert 'aria-current="step"' in text


def test_a_cycle_is_opened_over_a_period_from_the_list_and_named_after_it(
    sign_in: Login, office: Office, boss: User
) -> None:
    client = sign_in(boss)
    assert '<option value="quarterly-2026-1">Triwulan I 2026</option>' in page(client, "/petugas/evaluasi")
    wanted = {"period": "quarterly-2026-1", "method": "fair-score/1", "delta_in_tau": "0.25"}
    assert client.post("/petugas/evaluasi", data=wanted).status_code == 303
    found = office.session.scalars(sa.select(Cycle)).one()
    assert (found.name, found.starts_on, found.ends_on) == ("Triwulan I 2026", steps.STARTS_ON, steps.ENDS_ON)
    assert (found.method_version, found.delta_in_tau) == ("fair-score/1", 0.25)
    again = client.post("/petugas/evaluasi", data=wanted)
    assert again.status_code == 409
    assert "Pakai nama lain" in again.get_data(as_text=True)


def test_a_cycle_whose_book_is_open_says_from_when_it_is_computed(sign_in: Login, office: Office, boss: User) -> None:
    cycle = steps.draft(office.session, office.agency, starts_on=steps.STARTS_ON.replace(year=2090),
                        ends_on=steps.ENDS_ON.replace(year=2090))  # fmt: skip
    office.session.commit()
    client = sign_in(boss)
    assert "Hitung siklus ini" not in page(client, f"/petugas/evaluasi/{cycle.id}")
    answer = client.post(f"/petugas/evaluasi/{cycle.id}/hitung", follow_redirects=True)
    assert "22 April 2090" in answer.get_data(as_text=True)


def test_the_way_to_a_frozen_cycle_over_the_pages(sign_in: Login, office: Office, boss: User, cycle: Cycle) -> None:
    client, base = sign_in(boss), f"/petugas/evaluasi/{cycle.id}"
    assert "Hak jawab dibuka sampai" in client.post(f"{base}/hak-jawab", follow_redirects=True).get_data(as_text=True)
    early = client.post(f"{base}/tutup-telaah", follow_redirects=True).get_data(as_text=True)
    assert "Masa hak jawab belum berakhir" in early
    office.session.execute(sa.update(Cycle).values(reply_until=steps.REPLIES_AT.date()))
    office.session.commit()
    assert client.post(f"{base}/tutup-telaah").status_code == 303
    shown = page(client, f"{base}/tanda-tangan")
    assert str(cycle.output_hash) in shown
    form = {"seen_hash": str(cycle.output_hash), "agreed": "y", "password": PASSWORD}
    wrong = client.post(f"{base}/tanda-tangan", data={**form, "password": "keliru"})
    assert (wrong.status_code, "Kata sandi tidak cocok" in wrong.get_data(as_text=True)) == (422, True)
    assert client.post(f"{base}/tanda-tangan", data={**form, "agreed": ""}).status_code == 422
    assert client.post(f"{base}/tanda-tangan", data={**form, "seen_hash": "0" * 64}).status_code == 409
    assert client.post(f"{base}/tanda-tangan", data=form).status_code == 303
    assert "Menunggu tanda tangan kedua" in page(client, base)
    assert client.post(f"{base}/tanda-tangan", data=form).status_code == 409
    signer, _decider = (office.staff(Role.SUPERIOR, everywhere=True) for _ in range(2))
    second = sign_in(signer)
    assert second.post(f"{base}/tanda-tangan", data=form).status_code == 303
    done = second.post(f"{base}/bekukan", follow_redirects=True).get_data(as_text=True)
    assert "hasilnya final" in done
    assert (
        office.session.get_one(Cycle, (cycle.agency_id, cycle.id), populate_existing=True).status is CycleStatus.FROZEN
    )


@pytest.mark.parametrize(
    "step", ["hak-jawab", "tutup-telaah", "tanda-tangan", "tarik-tanda-tangan", "bekukan", "versi"]
)
def test_who_evaluates_one_unit_takes_no_step_for_everybody(
    sign_in: Login, office: Office, cycle: Cycle, step: str
) -> None:
    client = sign_in(office.staff(Role.EVALUATOR))
    assert client.post(f"/petugas/evaluasi/{cycle.id}/{step}").status_code == 403


@pytest.mark.parametrize("step", ["hak-jawab", "tanda-tangan", "bekukan", "versi"])
def test_the_cycle_of_another_agency_does_not_exist(sign_in: Login, session: Session, cycle: Cycle, step: str) -> None:
    stranger = sign_in(new_office(session).staff(Role.EVALUATOR, everywhere=True))
    assert stranger.post(f"/petugas/evaluasi/{cycle.id}/{step}").status_code == 404


def test_people_without_an_account_are_listed_by_masked_number(
    sign_in: Login, office: Office, boss: User, cycle: Cycle
) -> None:
    lonely = office.servant("Yanti Bere", starts_on=steps.STARTS_ON)
    steps.score(office.session, cycle, lonely)
    office.session.commit()
    text = page(sign_in(boss), f"/petugas/evaluasi/{cycle.id}/tanpa-akun")
    assert "Yanti Bere" in text
    assert "Umbu Tara" not in text
    assert lonely.nip not in text


def test_a_new_version_is_opened_for_a_reason_and_compared(
    sign_in: Login, office: Office, boss: User, cycle: Cycle, who: Employee
) -> None:
    frozen(office, cycle)
    client, base = sign_in(boss), f"/petugas/evaluasi/{cycle.id}"
    short = client.post(f"{base}/versi", data={"reason": "ya"})
    assert (short.status_code, 'href="#reason"' in short.get_data(as_text=True)) == (422, True)
    opened = client.post(f"{base}/versi", data={"reason": "penugasan dibetulkan"})
    assert opened.status_code == 303
    version = office.session.scalars(sa.select(Cycle).where(Cycle.version == 2)).one()
    steps.computed(office.session, version)
    steps.score(office.session, version, who, n=80)
    office.session.commit()
    assert "Siklus ini digantikan." in page(client, base)
    text = page(client, f"/petugas/evaluasi/{version.id}/beda/{cycle.id}")
    assert "penugasan dibetulkan" in text
    assert "40 penilaian" in text
    assert "80 penilaian" in text
    assert client.get(f"/petugas/evaluasi/{version.id}/beda/999999").status_code == 404


def test_an_objection_goes_from_the_evaluator_to_the_superior_and_into_a_version(
    sign_in: Login, office: Office, boss: User, cycle: Cycle, who: Employee
) -> None:
    found = objection_of(office, frozen(office, cycle), who)
    base = f"/petugas/keberatan/{found.id}"
    superior_account = office.staff(Role.SUPERIOR, everywhere=True)
    superior = sign_in(superior_account)
    assert "Menunggu penjelasan Pejabat Penilai" in page(superior, "/petugas/keberatan")
    early = superior.post(f"{base}/keputusan", data={"outcome": "upheld", "words": WORDS})
    assert (early.status_code, WORDS in early.get_data(as_text=True)) == (409, True)
    evaluator = sign_in(boss)
    assert evaluator.post(f"{base}/penjelasan", data={"words": "pendek"}).status_code == 422
    assert evaluator.post(f"{base}/penjelasan", data={"words": "Jadwal memuat namanya."}).status_code == 303
    superior = sign_in(superior_account)
    assert superior.post(f"{base}/keputusan", data={"outcome": "upheld", "words": "Cuti terbukti."}).status_code == 303
    evaluator = sign_in(boss)
    text = page(evaluator, base)
    assert f"Keberatan nomor {found.id}: Cuti terbukti." in text
    data = {"reason": f"Keberatan nomor {found.id}: Cuti terbukti.", "objection_id": found.id}
    assert evaluator.post(f"/petugas/evaluasi/{cycle.id}/versi", data=data).status_code == 303
    kept = office.session.get_one(Objection, (found.agency_id, found.id), populate_existing=True)
    assert kept.new_cycle_id is not None


def test_a_signer_is_told_why_somebody_else_decides(
    sign_in: Login, office: Office, cycle: Cycle, who: Employee
) -> None:
    superior = office.staff(Role.SUPERIOR, everywhere=True)
    steps.signed(office.session, steps.reviewed(office.session, cycle), superior, make.user(office.session))
    freeze(office.session, cycle, actor=SYSTEM, now=clock.utcnow())
    found = objection_of(office, cycle, who)
    explain(office.session, found, words=WORDS, actor=person(make.user(office.session).id), now=clock.utcnow())
    office.session.commit()
    client = sign_in(superior)
    assert "Anda ikut menandatangani hasil ini" in page(client, f"/petugas/keberatan/{found.id}")
    refused = client.post(f"/petugas/keberatan/{found.id}/keputusan", data={"outcome": "rejected", "words": WORDS})
    assert refused.status_code == 403


def test_an_objection_of_another_agency_does_not_exist(
    sign_in: Login, session: Session, office: Office, cycle: Cycle, who: Employee
) -> None:
    found = objection_of(office, frozen(office, cycle), who)
    client = sign_in(new_office(session).staff(Role.SUPERIOR, everywhere=True))
    assert client.get(f"/petugas/keberatan/{found.id}").status_code == 404
    assert "Umbu Tara" not in page(client, "/petugas/keberatan")


def test_computing_anew_is_asked_for_with_what_follows(
    sign_in: Login, office: Office, boss: User, cycle: Cycle
) -> None:
    open_replies(office.session, cycle, days=10, actor=SYSTEM, now=clock.utcnow())
    office.session.commit()
    client, base = sign_in(boss), f"/petugas/evaluasi/{cycle.id}"
    assert f'action="{base}/hitung"' not in page(client, base)
    answer = client.post(f"{base}/hitung")
    assert (answer.status_code, answer.location) == (303, f"{base}/hitung-ulang")
    office.session.refresh(cycle)
    assert cycle.status is CycleStatus.RIGHT_OF_REPLY
    asked = page(client, f"{base}/hitung-ulang")
    assert "Tanda tangan yang sudah ada dihapus" in asked
    assert f'action="{base}/hitung"' in asked


def test_a_draft_is_discarded_once_and_a_computed_cycle_stays(
    sign_in: Login, office: Office, boss: User, cycle: Cycle
) -> None:
    draft = steps.draft(office.session, office.agency, "Keliru")
    office.session.commit()
    client, base = sign_in(boss), f"/petugas/evaluasi/{draft.id}"
    assert f"{base}/hapus" in page(client, base)
    assert "Ya, hapus siklus" in page(client, f"{base}/hapus")
    gone = draft.id
    assert client.post(f"{base}/hapus").status_code == 303
    assert office.session.scalars(sa.select(Cycle.id).where(Cycle.id == gone)).all() == []
    assert len(office.acts("evaluation.discard_cycle")) == 1
    assert "tidak dapat dihapus" in client.post(f"/petugas/evaluasi/{cycle.id}/hapus", follow_redirects=True).get_data(
        as_text=True
    )
    assert office.session.scalars(sa.select(Cycle.id)).all() == [cycle.id]


def test_the_last_account_that_decides_objections_signs_only_knowingly(
    sign_in: Login, office: Office, cycle: Cycle
) -> None:
    last = office.staff(Role.SUPERIOR, everywhere=True)
    steps.reviewed(office.session, cycle)
    office.session.commit()
    client, path = sign_in(last), f"/petugas/evaluasi/{cycle.id}/tanda-tangan"
    assert "Tidak ada lagi yang dapat memutus keberatan." in page(client, path)
    form = {"seen_hash": str(cycle.output_hash), "agreed": "y", "password": PASSWORD}
    assert client.post(path, data=form).status_code == 422
    office.staff(Role.SUPERIOR, everywhere=True)
    office.session.commit()
    assert "Tidak ada lagi yang dapat memutus keberatan." not in page(client, path)
    assert client.post(path, data=form).status_code == 303


def test_the_menu_marks_evaluation_on_the_page_of_a_cycle(sign_in: Login, boss: User, cycle: Cycle) -> None:
    assert 'href="/petugas/evaluasi" aria-current="true"' in page(sign_in(boss), f"/petugas/evaluasi/{cycle.id}")

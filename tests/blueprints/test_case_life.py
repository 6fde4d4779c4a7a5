"""The acts on a case's page: each does what it says, once, and loses nothing that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.models import Labels
from feedback_app.handling.ending.models import DisputeReview, ReviewVerdict
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome, ReplyKind
from feedback_app.identity.rules import Role
from feedback_app.measures.operations import recount
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

Login = Callable[[object], FlaskClient]
QUESTION = "Di kelurahan mana Anda mengurusnya?"
NEWS = "Kami sedang menunggu blangko dari provinsi."
WHY = "Jalan nasional ditangani Balai Jalan, bukan kota ini."


@dataclass
class Desk:
    """An officer's browser and one new case."""

    session: Session
    office: Office
    browser: FlaskClient
    officer_id: int
    case_id: int

    @property
    def case(self) -> Case:
        self.session.expire_all()
        return self.session.scalars(sa.select(Case).where(Case.id == self.case_id)).one()

    def page(self) -> str:
        return self.browser.get(f"/petugas/kasus/{self.case_id}").get_data(as_text=True)

    def post(self, act: str, version: int | None = None, **data: str) -> tuple[int, str]:
        seen = self.case.version if version is None else version
        answer = self.browser.post(f"/petugas/kasus/{self.case_id}/{act}", data={"version": str(seen), **data})
        return answer.status_code, answer.get_data(as_text=True)

    def replies(self) -> list[tuple[ReplyKind, str]]:
        rows = self.session.execute(
            sa.select(Reply.kind, Reply.text).where(Reply.case_id == self.case_id).order_by(Reply.id)
        )
        return [(kind, text) for kind, text in rows]


@pytest.fixture
def desk(session: Session, login: Login) -> Desk:
    office = new_office(session)
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    officer, case = office.staff(Role.OFFICER), office.report()
    session.commit()
    return Desk(session, office, login(officer), officer.id, case.id)


def summaries(page: str) -> list[str]:
    return re.findall(r'<details class="act"[^>]*>\s*<summary>([^<]*)</summary>', page)


def test_a_new_case_offers_what_can_be_done_with_it_in_order(desk: Desk) -> None:
    found = summaries(desk.page())
    wanted = ["Minta keterangan", "Kabar penanganan", "Ubah jenis penanganan", "Arsipkan"]
    assert [words for words in found if words in wanted] == wanted
    assert "Lepaskan" not in found
    assert "Kembalikan dari arsip" not in found


def test_a_reader_who_does_not_answer_is_offered_nothing(desk: Desk, login: Login) -> None:
    desk.browser.post("/keluar")
    page = login(desk.office.staff(Role.ADMINISTRATOR)).get(f"/petugas/kasus/{desk.case_id}").get_data(as_text=True)
    assert not {"Minta keterangan", "Arsipkan"} & set(summaries(page))
    assert "/verifikasi" not in page


def test_verifying_and_laying_back(desk: Desk) -> None:
    assert desk.post("verifikasi")[0] == 303
    assert desk.case.status is CaseStatus.VERIFIED
    desk.browser.post(f"/petugas/kasus/{desk.case_id}/ambil")
    assert desk.post("lepas")[0] == 303
    assert (desk.case.status, desk.case.assigned_to) == (CaseStatus.VERIFIED, None)
    assert "Dilepas oleh" in desk.page()


def test_a_question_waits_for_the_citizen_and_stands_in_the_story(desk: Desk) -> None:
    assert desk.post("minta-keterangan", question=QUESTION)[0] == 303
    assert desk.case.status is CaseStatus.ON_HOLD
    page = desk.page()
    assert "Keterangan diminta oleh" in page
    assert QUESTION in page
    assert "Menunggu keterangan pelapor sampai" in page
    assert desk.replies() == [(ReplyKind.QUESTION, QUESTION)]


def test_news_of_progress_is_told_once_for_each_sending(desk: Desk) -> None:
    seen = desk.case.version
    assert desk.post("kabar", news=NEWS)[0] == 303
    status, page = desk.post("kabar", version=seen, news="Blangko datang hari Senin depan.")
    assert status == 409
    assert "Blangko datang hari Senin depan." in page
    assert "berubah sejak Anda membukanya" in page
    assert desk.replies() == [(ReplyKind.PROGRESS, NEWS)]


@pytest.mark.parametrize(
    ("act", "field", "typed"),
    [
        pytest.param("minta-keterangan", "question", "Mana?", id="a short question"),
        pytest.param("kabar", "news", "Siap.", id="short news"),
        pytest.param("arsipkan", "explanation", "Tidak.", id="a short explanation"),
        pytest.param("jenis", "change_reason", "Ya", id="a short reason"),
    ],
)
def test_what_is_too_short_is_said_at_its_box_and_kept(desk: Desk, act: str, field: str, typed: str) -> None:
    sent = {"archive_reason": "spam", "classification": "aspiration", field: typed}
    status, page = desk.post(act, None, **sent)
    assert status == 422
    assert f'href="#{field}"' in page
    assert re.search(rf'<textarea[^>]*aria-invalid="true"[^>]*id="{field}"|id="{field}"[^>]*aria-invalid="true"', page)
    assert typed in page
    assert '<details class="act" id=' in page
    assert re.search(r'<details class="act" id="[^"]*" open>', page)
    assert desk.case.status is CaseStatus.NEW


def test_words_for_a_case_that_ended_meanwhile_are_shown_to_be_copied(desk: Desk) -> None:
    seen = desk.case.version
    desk.post("arsipkan", archive_reason="out_of_scope", explanation=WHY)
    status, page = desk.post("minta-keterangan", version=seen, question=QUESTION)
    assert status == 409
    assert "Tulisan Anda yang belum terkirim" in page
    assert QUESTION in page
    assert [kind for kind, _ in desk.replies()] == [ReplyKind.EXPLANATION]


def test_archiving_names_its_reason_and_can_be_taken_back(desk: Desk) -> None:
    assert desk.post("arsipkan", archive_reason="out_of_scope", explanation=WHY)[0] == 303
    assert (desk.case.status, desk.case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.OUT_OF_SCOPE)
    page = desk.page()
    assert "Bukan kewenangan" in page
    assert WHY in page
    assert desk.post("kembalikan", restore_reason="Ternyata jalan kota.")[0] == 303
    assert desk.case.status is CaseStatus.NEW
    assert "Ternyata jalan kota." in desk.page()


@pytest.mark.parametrize("reason", ["", "withdrawn", "referred", "apa saja"])
def test_archiving_for_another_reason_is_refused(desk: Desk, reason: str) -> None:
    status, page = desk.post("arsipkan", archive_reason=reason, explanation=WHY)
    assert status == 422
    assert "Pilih alasan pengarsipan." in page
    assert desk.case.status is CaseStatus.NEW


def test_another_classification_moves_the_deadline_and_the_label(desk: Desk) -> None:
    assert desk.post("jenis", classification="information_request", change_reason="Hanya bertanya.")[0] == 303
    assert desk.case.classification is Classification.INFORMATION_REQUEST
    labels = desk.session.get_one(Labels, (desk.case.agency_id, desk.case.submission_id))
    assert labels.kind == "information_request"
    assert recount(desk.session) == []
    assert "Jenis penanganan diubah oleh" in desk.page()


def test_who_sends_a_case_past_their_unit_is_led_to_the_inbox(desk: Desk) -> None:
    answer = desk.browser.post(
        f"/petugas/kasus/{desk.case_id}/jenis",
        data={"classification": "oversight", "change_reason": "Ada dugaan pungutan."},
    )
    assert (answer.status_code, answer.location) == (303, "/petugas/kotak-masuk")
    assert desk.browser.get(f"/petugas/kasus/{desk.case_id}").status_code == 404


def test_labels_are_put_right_in_one_go(desk: Desk) -> None:
    assert desk.post("label", aspect="queue_hours", urgency="normal", kind="", sentiment="")[0] == 303
    labels = desk.session.get_one(Labels, (desk.case.agency_id, desk.case.submission_id))
    assert (labels.kind, labels.aspect, labels.urgency) == ("complaint", "queue_hours", "normal")
    assert recount(desk.session) == []
    assert desk.post("label", aspect="bukan label")[0] == 422


@pytest.mark.parametrize(
    "act", ["verifikasi", "lepas", "minta-keterangan", "kabar", "arsipkan", "kembalikan", "jenis", "label", "tinjauan"]
)
def test_foreign_case_does_not_exist(desk: Desk, login: Login, act: str) -> None:
    desk.browser.post("/keluar")
    stranger = new_office(desk.session).staff(Role.UNIT_HEAD)
    desk.session.commit()
    assert login(stranger).post(f"/petugas/kasus/{desk.case_id}/{act}", data={}).status_code == 404


@pytest.fixture
def disputed(desk: Desk) -> Case:
    case, now = desk.case, clock.utcnow()
    respond(desk.session, case, "Sudah kami cetak kemarin.", user_id=desk.officer_id, now=now)
    judge(desk.session, case, Outcome.DISPUTED, "Belum ada di loket.", now=now + timedelta(seconds=1))
    desk.session.commit()
    return case


def test_author_reads_that_somebody_else_reviews(desk: Desk, disputed: Case) -> None:
    page = desk.page()
    assert "Peninjauan tanggapan" in page
    assert "Anda ikut menulis tanggapan pada kasus ini" in page
    assert 'name="grounds"' not in page
    assert desk.post("tinjauan", decision="stands", grounds=WHY)[0] == 403, "an officer does not review at all"


def test_head_who_answered_is_refused_as_reviewer(desk: Desk, login: Login) -> None:
    head, case = desk.office.staff(Role.UNIT_HEAD), desk.case
    respond(desk.session, case, "Sudah kami cetak kemarin.", user_id=head.id, now=clock.utcnow())
    judge(desk.session, case, Outcome.DISPUTED, "Belum ada di loket.", now=clock.utcnow())
    desk.session.commit()
    desk.browser.post("/keluar")
    desk.browser = login(head)
    status, page = desk.post("tinjauan", decision="stands", grounds=WHY)
    assert status == 409
    assert WHY in page
    assert desk.case.status is CaseStatus.IN_PROGRESS


def test_head_sends_an_answer_back_and_the_officer_reads_why(desk: Desk, disputed: Case, login: Login) -> None:
    head = desk.office.staff(Role.UNIT_HEAD)
    desk.session.commit()
    desk.browser.post("/keluar")
    desk.browser = login(head)
    assert 'name="grounds"' in desk.page()
    assert desk.post("tinjauan", decision="sent_back", grounds="Cek lagi di loket tiga.")[0] == 303
    review = desk.session.scalars(sa.select(DisputeReview)).one()
    assert (review.verdict, review.reviewer_id) == (ReviewVerdict.SENT_BACK, head.id)
    page = desk.page()
    assert "Cek lagi di loket tiga." in page
    assert "Peninjauan tanggapan" not in page


def test_answer_that_stands_closes_the_case_with_words_for_the_citizen(
    desk: Desk, disputed: Case, login: Login
) -> None:
    head = desk.office.staff(Role.UNIT_HEAD)
    desk.session.commit()
    desk.browser.post("/keluar")
    desk.browser = login(head)
    assert desk.post("tinjauan", decision="stands", grounds=WHY)[0] == 303
    assert (desk.case.status, desk.case.outcome) == (CaseStatus.CLOSED, Outcome.DISPUTED)
    page = desk.page()
    assert "tetap, kasus ditutup" in page
    assert WHY in page

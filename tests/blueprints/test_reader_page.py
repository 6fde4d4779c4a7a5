"""The page of the reader of texts, and the queue of texts that people read for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.drift_rules import DriftMeasure
from feedback_app.analysis.learning.models import (
    Decision,
    DriftAlarm,
    LabelReview,
    ModelRound,
    ReviewReason,
    ReviewState,
)
from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.identity.rules import Role
from feedback_app.measures.models import DailyTopic
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.analysis.learning.makers import read_text, reviewed
from tests.blueprints.office import Office, new_office

PAGE, TEXTS = "/petugas/pembaca", "/petugas/pembaca/tulisan"
SAYS = {"kind": "aspiration", "sentiment": "neutral", "aspect": "facilities", "urgency": "normal"}
Login = Callable[[object], FlaskClient]


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def _drawn(office: Office, labels: Labels, reason: ReviewReason = ReviewReason.ABSTAINED) -> LabelReview:
    row = LabelReview(
        agency_id=labels.agency_id, submission_id=labels.submission_id, reason=reason,
        chance=0.03 if reason is ReviewReason.AUDIT else None,
        machine={"kind": "complaint", "sentiment": "negative", "aspect": "delay", "urgency": "normal"},
        model_version="uji-1", drawn_at=clock.utcnow(),
    )  # fmt: skip
    office.session.add(row)
    office.session.flush()
    return row


def _waits(office: Office, text: str = "Loketnya sempit sekali.", **said: Any) -> LabelReview:
    return _drawn(office, read_text(office.session, office.unit, at=clock.utcnow(), text=text, **said))


def _fresh(office: Office, review: LabelReview) -> LabelReview:
    return office.session.get_one(LabelReview, (review.agency_id, review.id), populate_existing=True)


def _labels(office: Office, review: LabelReview) -> Labels:
    return office.session.get_one(Labels, (review.agency_id, review.submission_id), populate_existing=True)


def _words(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def _admin(office: Office, login: Login) -> FlaskClient:
    return login(office.staff(Role.ADMINISTRATOR, everywhere=True))


def test_the_page_opens_before_anything_was_learnt(office: Office, login: Login) -> None:
    page = _words(_admin(office, login).get(PAGE))
    assert "Model bawaan aplikasi yang membaca." in page
    assert "Belum ada pelatihan" in page


def test_the_page_says_how_often_answers_are_right_and_how_surely(office: Office, login: Login) -> None:
    who = make.user(office.session)
    for number in range(20):
        labels = read_text(office.session, office.unit, at=clock.utcnow(), language="id")
        says: dict[str, Any] = {"kind": "praise"} if number < 2 else {}
        reviewed(office.session, labels, who, at=clock.utcnow(), **says)
    page = _words(_admin(office, login).get(PAGE))
    assert "90,0%" in page
    assert "dari 20 tulisan" in page
    assert "Bahasa Indonesia" in page


def test_a_share_of_few_audits_is_not_shown(office: Office, login: Login) -> None:
    who = make.user(office.session)
    for _ in range(9):
        labels = read_text(office.session, office.unit, at=clock.utcnow())
        reviewed(office.session, labels, who, at=clock.utcnow())
    page = _words(_admin(office, login).get(PAGE))
    assert "belum cukup: 9 dari 10" in page
    assert "100,0%" not in page


def test_corrections_and_abstained_texts_are_no_audits(office: Office, login: Login) -> None:
    who = make.user(office.session)
    for _ in range(30):
        labels = read_text(office.session, office.unit, at=clock.utcnow())
        reviewed(office.session, labels, who, at=clock.utcnow(), reason=ReviewReason.ABSTAINED, kind="praise")
    assert "; dari 30 tulisan" not in _words(_admin(office, login).get(PAGE))


def test_rounds_and_alarms_stand_there_in_plain_words(office: Office, login: Login) -> None:
    fell = {
        "code": "fell", "where": "held_out", "head": "kind", "measure": "recall", "label": "praise",
        "before": 0.9, "after": 0.85,
    }  # fmt: skip
    office.session.add_all(
        [
            ModelRound(started_at=make.NOW, finished_at=make.NOW, decision=Decision.KEPT, reasons=[fell]),
            ModelRound(
                started_at=make.NOW, finished_at=make.NOW, decision=Decision.TOO_FEW,
                reasons=[{"code": "too_few", "new": 7, "wanted": 40}],
            ),
            ModelRound(
                started_at=make.NOW, finished_at=make.NOW, decision=Decision.FAILED, reasons=[{"code": "cut_short"}]
            ),
            DriftAlarm(
                agency_id=office.agency.id, head="kind", measure=DriftMeasure.ABSTENTION, expected=0.1, seen=0.3,
                statistic=6.0, since=make.NOW,
            ),
        ]
    )  # fmt: skip
    office.session.flush()
    page = _words(_admin(office, login).get(PAGE))
    assert "Jenis, Pujian: yang ditemukan turun dari 90,0% menjadi 85,0% pada jawaban petugas." in page
    assert "Baru 7 tulisan acak yang dibaca sejak perbandingan terakhir; perlu 40." in page
    assert "Terputus sebelum selesai; dicoba lagi malam berikutnya." in page
    assert "Jenis: sistem tidak yakin pada 30,0% tulisan pekan ini, sebelumnya 10,0%." in page


def test_alarms_of_other_agencies_are_not_shown(office: Office, session: Session, login: Login) -> None:
    session.add(
        DriftAlarm(
            agency_id=make.agency(session).id, head="kind", measure=DriftMeasure.LABELS, expected=0.0, seen=0.4,
            statistic=0.4, since=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    assert "Yang berubah" not in _words(_admin(office, login).get(PAGE))


def _two_versions(session: Session) -> None:
    registry.register_shipped(session, {"model_version": "bawaan-1"}, now=make.NOW)
    row = ModelRound(started_at=make.NOW)
    session.add(row)
    session.flush()
    registry.store_refit(session, "uji-1", {"model_version": "uji-1"}, b"x", until=None, now=make.NOW)
    registry.promote(session, "uji-1", row.id, now=make.NOW)


def test_who_looks_after_every_agency_takes_a_version_back_after_confirming(office: Office, login: Login) -> None:
    _two_versions(office.session)
    who = office.staff(Role.ADMINISTRATOR, everywhere=True)
    for agency in office.session.scalars(sa.select(Agency).where(Agency.id != office.agency.id)):
        make.grant(office.session, who, Role.ADMINISTRATOR, agency)
    client = login(who)
    assert "versi=bawaan-1" in _words(client.get(PAGE))
    assert "Pakai lagi versi bawaan-1?" in _words(client.get(f"{PAGE}/kembali?versi=bawaan-1"))
    assert client.post(f"{PAGE}/kembali", data={"version": "bawaan-1"}).status_code == 303
    serving = registry.uses(office.session)[0]
    assert (serving.version, serving.by_user) == ("bawaan-1", who.id)
    assert len(office.acts("analysis.rolled_back_model")) == 1
    assert "versi=uji-1" in _words(client.get(PAGE))


def test_who_looks_after_one_of_several_agencies_takes_nothing_back(
    office: Office, session: Session, login: Login
) -> None:
    make.agency(session)
    _two_versions(session)
    client = _admin(office, login)
    assert "versi=bawaan-1" not in _words(client.get(PAGE))
    assert client.get(f"{PAGE}/kembali?versi=bawaan-1").status_code == 303
    client.post(f"{PAGE}/kembali", data={"version": "bawaan-1"})
    assert registry.uses(session)[0].version == "uji-1"


def test_an_agency_keeps_its_texts_to_itself(office: Office, session: Session, login: Login) -> None:
    client = _admin(office, login)
    client.post(f"{PAGE}/pelajaran", data={"agency_id": office.agency.id, "may": "no"})
    session.refresh(office.agency)
    assert not office.agency.texts_may_teach
    assert len(office.acts("analysis.let_teach")) == 1
    other = make.agency(session)
    assert client.post(f"{PAGE}/pelajaran", data={"agency_id": other.id, "may": "no"}).status_code == 404


def test_an_unsure_text_is_shown_with_the_likeliest_labels(office: Office, login: Login) -> None:
    guesses = {"best": {"kind": "complaint"}, "aspects": [["delay", 0.41], ["fee", 0.2], ["conduct", 0.1]]}
    review = _waits(office, "Loketnya sempit sekali.", kind=None, guesses=guesses)
    review.machine = {**review.machine, "aspect": None}
    office.session.flush()
    page = _words(_admin(office, login).get(TEXTS))
    assert "Loketnya sempit sekali." in page
    assert "(41,0%)" in page
    assert "Tinggal 1 tulisan." in page


def test_of_an_audit_no_answer_of_the_machine_is_shown(office: Office, login: Login) -> None:
    guesses = {"best": {"kind": "complaint"}, "aspects": [["delay", 0.41]]}
    labels = read_text(office.session, office.unit, at=clock.utcnow(), guesses=guesses)
    _drawn(office, labels, ReviewReason.AUDIT)
    page = _words(_admin(office, login).get(TEXTS))
    assert "Tulisan ini diambil acak." in page
    assert "Paling mungkin" not in page
    assert "41,0%" not in page
    assert " checked" not in page


def test_an_answer_becomes_the_label_and_the_figures_follow(office: Office, login: Login) -> None:
    office.reader.aspect = None
    office.send("Loketnya sempit sekali.", wants_reply=False)
    office.drain()
    labels = office.session.scalars(sa.select(Labels).where(Labels.agency_id == office.agency.id)).one()
    review = _drawn(office, labels)
    answer = _admin(office, login).post(TEXTS, data={**SAYS, "aspect2": "fee", "review_id": review.id})
    assert answer.status_code == 303
    said = _fresh(office, review)
    assert (said.state, said.kind, said.aspect, said.aspect2) == (ReviewState.DONE, "aspiration", "facilities", "fee")
    now = _labels(office, review)
    assert (now.kind, now.sentiment, now.aspect, now.urgency) == tuple(SAYS.values())
    assert now.urgency_source == "officer"
    corrections = office.session.scalars(
        sa.select(LabelCorrection).where(LabelCorrection.agency_id == office.agency.id)
    ).all()
    assert {row.head: row.machine_said for row in corrections} == {
        "kind": "complaint", "sentiment": "negative", "aspect": None, "urgency": "high",
    }  # fmt: skip
    topics = office.session.execute(
        sa.select(DailyTopic.kind, DailyTopic.aspect, DailyTopic.n).where(DailyTopic.agency_id == office.agency.id)
    ).all()
    assert [tuple(row) for row in topics] == [("aspiration", "facilities", 1)]


def test_the_labels_of_a_case_follow_as_well(office: Office, login: Login) -> None:
    case = office.report()
    labels = office.session.get_one(Labels, (case.agency_id, case.submission_id))
    review = _drawn(office, labels)
    version = case.version
    assert _admin(office, login).post(TEXTS, data={**SAYS, "review_id": review.id}).status_code == 303
    assert _labels(office, review).aspect == "facilities"
    assert office.fresh(case).version > version


def test_undo_brings_back_text_and_labels(office: Office, login: Login) -> None:
    review = _waits(office)
    before = {head: getattr(_labels(office, review), head) for head in (*SAYS, "urgency_source")}
    client = _admin(office, login)
    client.post(TEXTS, data={**SAYS, "review_id": review.id})
    assert _labels(office, review).aspect == "facilities"
    _waits(office, "Yang ini lebih baru lagi.")
    undone = client.post(f"{TEXTS}/urungkan", follow_redirects=True)
    assert "Loketnya sempit sekali." in _words(undone)
    assert _fresh(office, review).state is ReviewState.WAITING
    assert {head: getattr(_labels(office, review), head) for head in (*SAYS, "urgency_source")} == before
    assert office.session.scalars(sa.select(LabelCorrection.id)).all() == []
    assert "Tidak ada jawaban Anda" in _words(client.post(f"{TEXTS}/urungkan", follow_redirects=True))


def test_texts_that_nobody_read_for_weeks_wait_no_longer(office: Office, login: Login) -> None:
    review = _waits(office)
    review.drawn_at = clock.utcnow() - timedelta(days=30)
    office.session.flush()
    assert "Tidak ada tulisan yang menunggu" in _words(_admin(office, login).get(TEXTS))


def test_the_answer_of_somebody_else_is_not_taken_back(office: Office, session: Session, login: Login) -> None:
    labels = read_text(session, office.unit, at=clock.utcnow())
    review = reviewed(session, labels, make.user(session), at=clock.utcnow(), reason=ReviewReason.ABSTAINED)
    _admin(office, login).post(f"{TEXTS}/urungkan")
    assert _fresh(office, review).state is ReviewState.DONE


def test_a_text_can_be_left_out(office: Office, login: Login) -> None:
    review = _waits(office)
    client = _admin(office, login)
    assert client.post(TEXTS, data={"review_id": review.id, "act": "skip"}).status_code == 303
    assert _fresh(office, review).state is ReviewState.SKIPPED
    assert _labels(office, review).kind == "complaint"
    assert "Tidak ada tulisan yang menunggu" in _words(client.get(TEXTS))


def test_an_answer_that_lacks_something_is_shown_again_with_what_was_chosen(office: Office, login: Login) -> None:
    review = _waits(office)
    answer = _admin(office, login).post(
        TEXTS, data={"review_id": review.id, "kind": "praise", "aspect": "fee", "aspect2": "fee"}
    )
    page = _words(answer)
    assert answer.status_code == 422
    assert "Pilih satu jawaban: Bagaimana sikapnya terhadap layanan?" in page
    assert "Pokok kedua sama dengan yang pertama." in page
    assert (
        'value="praise" checked' in page or 'checked class="form-check-input" id="kind-3"' in page or "checked" in page
    )
    assert "Loketnya sempit sekali." in page
    assert _fresh(office, review).state is ReviewState.WAITING


def test_the_slower_of_two_is_told_and_keeps_what_was_chosen(office: Office, session: Session, login: Login) -> None:
    review = _waits(office)
    client = _admin(office, login)
    review.state, review.judged_by, review.judged_at = ReviewState.SKIPPED, make.user(session).id, clock.utcnow()
    session.flush()
    answer = client.post(TEXTS, data={**SAYS, "review_id": review.id})
    assert answer.status_code == 409
    assert "Rekan Anda baru saja membaca tulisan ini." in _words(answer)
    assert "checked" in _words(answer)
    assert _labels(office, review).kind == "complaint"


def test_officers_read_the_unsure_texts_of_their_units_and_no_audits(
    office: Office, session: Session, login: Login
) -> None:
    unsure = _waits(office, "Tidak jelas maksudnya apa ini.")
    audit = _drawn(
        office, read_text(session, office.unit, at=clock.utcnow(), text="Ini untuk mengukur saja."), ReviewReason.AUDIT
    )
    elsewhere = Office(session, office.agency, make.unit(session, office.agency))
    other = _waits(elsewhere, "Tulisan unit lain yang panjang.")
    client = login(office.staff(Role.OFFICER))
    assert "Tidak jelas maksudnya apa ini." in _words(client.get(TEXTS))
    assert "Tinggal 1 tulisan." in _words(client.get(TEXTS))
    for hidden in (audit, other):
        assert client.post(TEXTS, data={**SAYS, "review_id": hidden.id}).status_code == 404
    assert client.post(TEXTS, data={**SAYS, "review_id": unsure.id}).status_code == 303
    assert client.get(PAGE).status_code == 403


def test_nothing_confidential_alleged_erased_or_foreign_is_shown(
    office: Office, session: Session, login: Login
) -> None:
    hidden = [
        _waits(office, "Rahasia sekali tulisan ini.", is_confidential=True),
        _waits(office, "Dugaan pungli di loket itu.", integrity=True),
        _waits(office, "Sudah dihapus orangnya.", erased_at=clock.utcnow()),
        _waits(new_office(session), "Tulisan untuk kota yang lain."),
    ]
    client = _admin(office, login)
    assert "Tidak ada tulisan yang menunggu" in _words(client.get(TEXTS))
    for review in hidden:
        assert client.post(TEXTS, data={**SAYS, "review_id": review.id}).status_code == 404
        assert _fresh(office, review).state is ReviewState.WAITING
    case = office.report()
    review = _drawn(office, session.get_one(Labels, (case.agency_id, case.submission_id)))
    case.is_confidential = True
    session.flush()
    assert client.post(TEXTS, data={**SAYS, "review_id": review.id}).status_code == 404


def test_answers_older_than_half_an_hour_stay(office: Office, session: Session, login: Login) -> None:
    who = office.staff(Role.ADMINISTRATOR, everywhere=True)
    labels = read_text(session, office.unit, at=clock.utcnow())
    reviewed(session, labels, who, at=clock.utcnow() - timedelta(minutes=31), reason=ReviewReason.ABSTAINED)
    assert "Tidak ada jawaban Anda" in _words(login(who).post(f"{TEXTS}/urungkan", follow_redirects=True))

"""The queue of texts: allegations and urgent texts lead somewhere, and nobody acts on what they may not see."""

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
from feedback_app.analysis.learning.models import LabelReview, ReviewReason, ReviewState
from feedback_app.analysis.models import Labels
from feedback_app.clock import office_day
from feedback_app.handling.desk.corrections import correct
from feedback_app.handling.desk.notes import add_note
from feedback_app.handling.desk.text_queue import next_task
from feedback_app.handling.handing_on.disposition import dispose
from feedback_app.handling.models import Case
from feedback_app.handling.queries import case_for
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, Role
from feedback_app.measures.operations import recount
from feedback_app.measures.topics import refold
from feedback_app.nlp.labels import Aspect, Urgency
from feedback_app.organisation.models import Unit, UnitKind
from tests import factories as make
from tests.analysis.learning.makers import read_text
from tests.blueprints.office import Office, new_office
from tests.handling.lives import Life, new_life

TEXTS = "/petugas/pembaca/tulisan"
SAYS = {"kind": "aspiration", "sentiment": "neutral", "aspect": "facilities", "urgency": "normal"}
LEVY = {**SAYS, "aspect": "illegal_levy", "sure": "y"}
URGENT = {**SAYS, "kind": "complaint", "urgency": "critical"}
Login = Callable[[object], FlaskClient]


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def inspectorate(session: Session, office: Office) -> Unit:
    return make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def _drawn(session: Session, labels: Labels, reason: ReviewReason = ReviewReason.ABSTAINED, **said: Any) -> LabelReview:
    machine = {"kind": "complaint", "sentiment": "negative", "aspect": None, "urgency": "normal", **said}
    row = LabelReview(
        agency_id=labels.agency_id, submission_id=labels.submission_id, reason=reason, machine=machine,
        chance=0.03 if reason is ReviewReason.AUDIT else None, model_version="uji-1", drawn_at=clock.utcnow(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _of_case(session: Session, case: Case) -> LabelReview:
    return _drawn(session, session.get_one(Labels, (case.agency_id, case.submission_id)))


def _waits(office: Office, text: str = "Loketnya sempit sekali.", **said: Any) -> LabelReview:
    return _drawn(office.session, read_text(office.session, office.unit, at=clock.utcnow(), text=text, **said))


def _labels(session: Session, review: LabelReview) -> Labels:
    session.expire_all()
    return session.get_one(Labels, (review.agency_id, review.submission_id))


def _case(session: Session, review: LabelReview) -> Case | None:
    session.expire_all()
    return session.scalar(sa.select(Case).where(Case.submission_id == review.submission_id))


def _words(answer: object) -> str:
    return unescape(answer.get_data(as_text=True))  # type: ignore[attr-defined]


def _say(client: FlaskClient, review: LabelReview, says: dict[str, str]) -> str:
    return _words(client.post(TEXTS, data={**says, "review_id": review.id}, follow_redirects=True))


def _undo(client: FlaskClient) -> str:
    return _words(client.post(f"{TEXTS}/urungkan", follow_redirects=True))


def _admin(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


# Taking back


def test_undo_leaves_what_a_colleague_put_right_since(at: Life, login: Login) -> None:
    session, review = at.session, _of_case(at.session, at.case)
    client = login(at.officer)
    _say(client, review, SAYS)
    session.expire_all()
    later = correct(session, at.case, "aspect", "queue_hours", user_id=at.colleague.id, now=clock.utcnow())
    refold(session, later)
    version = at.case.version
    assert "Jawaban terakhir dibatalkan" in _undo(client)
    labels = _labels(session, review)
    assert (labels.aspect, labels.kind) == (Aspect.QUEUE_HOURS, "complaint"), "theirs stays, mine goes"
    assert at.case.version > version, "who has the case open is told"
    assert recount(session) == []


def test_undo_brings_back_the_second_subject_and_the_insult(office: Office, login: Login) -> None:
    review = _waits(office, aspect2=Aspect.CONDUCT, abusive=True)
    client = login(_admin(office))
    _say(client, review, {**SAYS, "aspect2": "fee"})
    labels = _labels(office.session, review)
    assert (labels.aspect2, labels.abusive) == (Aspect.FEE, False)
    _undo(client)
    labels = _labels(office.session, review)
    assert (labels.aspect2, labels.abusive) == (Aspect.CONDUCT, True)


def test_taking_back_is_offered_only_where_there_is_something(office: Office, login: Login) -> None:
    review = _waits(office)
    _waits(office, "Yang lain menunggu juga.")
    client = login(_admin(office))
    assert "Batalkan jawaban terakhir" not in _words(client.get(TEXTS))
    assert "Batalkan jawaban terakhir" in _say(client, review, SAYS)


# Allegations


def test_an_allegation_is_asked_for_once_more_before_it_is_stored(office: Office, login: Login) -> None:
    review = _waits(office)
    answer = login(_admin(office)).post(TEXTS, data={**LEVY, "sure": "", "review_id": review.id})
    page = _words(answer)
    assert answer.status_code == 422
    assert "Centang bila Anda yakin" in page
    assert 'href="#sure"' in page
    assert "diserahkan kepada yang memeriksa dugaan pelanggaran" in page
    assert _case(office.session, review) is None
    assert review.state is ReviewState.WAITING


@pytest.mark.parametrize("says", [LEVY, {**SAYS, "aspect2": "abuse_of_power", "sure": "y"}])
@pytest.mark.parametrize("wants_reply", [None, True, False])
def test_what_a_person_calls_an_allegation_becomes_a_case_of_whoever_examines_it(
    office: Office, inspectorate: Unit, login: Login, says: dict[str, str], wants_reply: bool | None
) -> None:
    review = _waits(office, "Diminta uang rokok di loket.", wants_reply=wants_reply)
    assert "Tulisan itu diserahkan kepada yang memeriksa" in _say(login(_admin(office)), review, says)
    case = _case(office.session, review)
    assert case is not None
    assert (case.classification, case.is_confidential, case.unit_id) == (
        Classification.OVERSIGHT, True, inspectorate.id,
    )  # fmt: skip
    assert _labels(office.session, review).integrity
    assert next_task(office.session, office.staff(Role.OFFICER).id, office_day(clock.utcnow())) is None


@pytest.mark.parametrize("status", [*CaseStatus])
def test_an_allegation_about_a_case_takes_it_past_its_unit(at: Life, login: Login, status: CaseStatus) -> None:
    case = at.lead_to(status)
    review = _of_case(at.session, case)
    client = login(at.officer)
    _say(client, review, LEVY)
    found = _case(at.session, review)
    assert found is not None
    assert (found.classification, found.is_confidential) == (Classification.OVERSIGHT, True)
    assert found.status in {CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS}
    labels = _labels(at.session, review)
    assert (labels.aspect, labels.integrity) == (Aspect.ILLEGAL_LEVY, True)
    assert client.get(f"/petugas/kasus/{found.id}").status_code == 404
    day = office_day(clock.utcnow())
    assert case_for(at.session, at.inspector.id, found.id, permission=Permission.READ_INBOX, day=day) is found


def test_an_allegation_that_opened_a_case_is_taken_back_while_nobody_touched_it(
    office: Office, inspectorate: Unit, login: Login
) -> None:
    review = _waits(office)
    client = login(_admin(office))
    assert "Batalkan jawaban terakhir" in _say(client, review, LEVY)
    assert "Jawaban terakhir dibatalkan" in _undo(client)
    assert _case(office.session, review) is None
    labels = _labels(office.session, review)
    assert (labels.integrity, labels.aspect) == (False, "delay")
    assert review.state is ReviewState.WAITING


def test_an_allegation_that_somebody_works_on_is_not_taken_back(
    office: Office, inspectorate: Unit, login: Login
) -> None:
    review = _waits(office)
    client = login(_admin(office))
    _say(client, review, LEVY)
    case = _case(office.session, review)
    assert case is not None
    add_note(office.session, case, "Sedang kami periksa.", user_id=_admin(office).id, now=clock.utcnow())
    assert "kasus yang dibukanya sudah ditangani orang lain" in _undo(client)
    assert _case(office.session, review) is not None
    assert _labels(office.session, review).integrity


def test_a_case_that_was_handed_over_stays_with_whoever_examines_it(at: Life, login: Login) -> None:
    review = _of_case(at.session, at.case)
    client = login(at.officer)
    assert "Batalkan jawaban terakhir" not in _say(client, review, LEVY)
    assert "sudah diserahkan kepada yang memeriksa" in _undo(client)
    assert _labels(at.session, review).integrity


# Urgent texts


def test_an_urgent_complaint_becomes_a_case_as_the_drain_would_have_it(office: Office, login: Login) -> None:
    review = _waits(office)
    client = login(_admin(office))
    assert "tulisan itu kini menjadi kasus" in _say(client, review, URGENT)
    case = _case(office.session, review)
    assert case is not None
    assert (case.classification, case.is_confidential, case.unit_id) == (
        Classification.NO_OVERSIGHT, False, office.unit.id,
    )  # fmt: skip
    assert "Jawaban terakhir dibatalkan" in _undo(client)
    assert _case(office.session, review) is None


def test_who_wanted_no_answer_gets_no_case_and_the_reader_is_told(office: Office, login: Login) -> None:
    review = _waits(office, wants_reply=False)
    assert "tidak menjadi kasus, karena pengirimnya tidak meminta" in _say(login(_admin(office)), review, URGENT)
    assert _case(office.session, review) is None
    assert _labels(office.session, review).urgency is Urgency.CRITICAL


@pytest.mark.slow
def test_what_is_not_urgent_opens_no_case(office: Office, login: Login) -> None:
    review = _waits(office)
    assert "Terima kasih" in _say(login(_admin(office)), review, {**URGENT, "urgency": "normal"})
    assert _case(office.session, review) is None


# Who reads what


def test_a_case_that_was_handed_on_is_read_no_more_by_those_it_left(at: Life, login: Login) -> None:
    session, review = at.session, _of_case(at.session, at.case)
    client = login(at.officer)
    assert "KTP saya belum jadi" in _words(client.get(TEXTS))
    elsewhere = make.unit(session, at.office.agency)
    dispose(session, at.case, elsewhere.id, "Ditangani oleh unit yang lain.", at.officer.id, clock.utcnow())
    session.flush()
    assert "Tidak ada tulisan yang menunggu" in _words(client.get(TEXTS))
    assert client.post(TEXTS, data={**SAYS, "review_id": review.id}).status_code == 404
    session.expire_all()
    assert review.state is ReviewState.WAITING


def test_two_readers_seldom_begin_with_the_same_text(office: Office) -> None:
    for _text in range(30):
        _waits(office)
    day = office_day(clock.utcnow())
    firsts = []
    for _reader in range(8):
        task = next_task(office.session, office.staff(Role.OFFICER).id, day)
        assert task is not None
        firsts.append(task.review.id)
    assert len(set(firsts)) > 3


def test_texts_of_the_newest_day_come_first(office: Office) -> None:
    old, new = _waits(office), _waits(office)
    old.drawn_at = clock.utcnow() - timedelta(days=3)
    office.session.flush()
    for _reader in range(4):
        task = next_task(office.session, office.staff(Role.OFFICER).id, office_day(clock.utcnow()))
        assert task is not None
        assert task.review.id == new.id


def test_the_slower_of_two_is_led_on_and_cannot_save(office: Office, session: Session, login: Login) -> None:
    review = _waits(office)
    client = login(_admin(office))
    review.state, review.judged_by, review.judged_at = ReviewState.SKIPPED, make.user(session).id, clock.utcnow()
    session.flush()
    page = _words(client.post(TEXTS, data={**SAYS, "review_id": review.id}))
    assert "Tulisan berikutnya" in page
    assert "Simpan dan lanjut" not in page
    assert "checked" in page
    assert "Simpan dan lanjut" not in _words(client.get(f"{TEXTS}?tulisan={review.id}"))


def test_guesses_stand_only_where_the_machine_gave_no_answer(office: Office, login: Login) -> None:
    guesses = {"best": {"kind": "complaint", "sentiment": "negative"}, "aspects": [["delay", 0.41], ["fee", 0.2]]}
    _drawn(office.session, read_text(office.session, office.unit, at=clock.utcnow(), guesses=guesses), kind=None)
    page = _words(login(_admin(office)).get(TEXTS))
    assert "Sistem tidak yakin tentang jenis, pokok tulisan ini" in page
    assert "Paling mungkin: jenis" in page
    assert "Paling mungkin: pokok" in page
    assert "Paling mungkin: nada" not in page

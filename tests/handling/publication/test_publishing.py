"""What may be shown to everybody, in which words, and how it is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling import operations
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import Case
from feedback_app.handling.publication import improvements, publishing
from feedback_app.handling.publication.models import Improvement, Publication
from feedback_app.handling.publication.published import published_complaints
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.pii import PiiKind
from tests.blueprints.office import Login, Office, new_office

WORDS = "Loket KTP tutup sebelum waktunya."
ANSWER = "Mulai Senin loket dibuka sampai pukul 15.00."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session, name="Dinas Kependudukan")


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def taken(office: Office, officer: User, **flags: object) -> Case:
    case = office.report(**flags)  # type: ignore[arg-type]
    operations.take(office.session, case, user_id=officer.id, now=clock.utcnow())
    return case


def publish(office: Office, case: Case, officer: User, text: str = WORDS, reply: str | None = ANSWER) -> Publication:
    return publishing.publish(office.session, case, text, reply, user_id=officer.id, now=clock.utcnow())


def shown(office: Office) -> list[str]:
    found, total = published_complaints(
        office.session, office.agency.id, office.unit.id, time_zone="Asia/Makassar", page=1
    )
    assert len(found) == total
    return [one.text for one in found]


def test_a_case_nobody_took_cannot_be_published(office: Office, officer: User) -> None:
    with pytest.raises(publishing.NotPublishableError):
        publish(office, office.report(), officer)


def test_a_confidential_or_erased_case_cannot_be_published(office: Office, officer: User) -> None:
    with pytest.raises(publishing.NotPublishableError):
        publish(office, taken(office, officer, is_confidential=True), officer)
    case = taken(office, officer)
    office.session.execute(
        sa.update(Submission).where(Submission.id == case.submission_id).values(erased_at=clock.utcnow())
    )
    office.session.expire_all()
    with pytest.raises(publishing.NotPublishableError):
        publish(office, case, officer)


def test_personal_data_left_in_either_text_is_named_with_its_line(office: Office, officer: User) -> None:
    case = taken(office, officer)
    with pytest.raises(publishing.PersonalDataLeftError) as refused:
        publish(office, case, officer, WORDS + "\nNIK saya 3578012304850003.", "Hubungi 081234567890 untuk berkas.")
    found = {(one.part, one.kind, one.line) for one in refused.value.found}
    assert found == {("text", PiiKind.NIK, 2), ("reply", PiiKind.PHONE, 1)}
    assert shown(office) == []


def test_publishing_again_replaces_the_words_and_keeps_the_history(office: Office, officer: User) -> None:
    case = taken(office, officer)
    publish(office, case, officer)
    publish(office, case, officer, "Loket tutup terlalu cepat.")
    assert shown(office) == ["Loket tutup terlalu cepat."]
    assert office.session.scalar(sa.select(sa.func.count()).where(Publication.case_id == case.id)) == 2
    assert [set(act.detail) for act in office.acts("handling.publish")] == [{"publication"}, {"publication"}]


def test_taking_back_hides_it_at_once_and_cannot_be_done_twice(office: Office, officer: User) -> None:
    case = taken(office, officer)
    publish(office, case, officer)
    publishing.withdraw(office.session, case, user_id=officer.id, now=clock.utcnow())
    assert shown(office) == []
    with pytest.raises(publishing.NothingPublishedError):
        publishing.withdraw(office.session, case, user_id=officer.id, now=clock.utcnow())


def test_a_case_that_goes_past_the_unit_takes_its_publication_along(office: Office, officer: User) -> None:
    case = taken(office, officer)
    publication = publish(office, case, officer)
    send_past_the_unit(office.session, case, now=clock.utcnow())
    assert publication.withdrawn_at is not None
    assert publication.withdrawn_by is None
    assert shown(office) == []


def test_order_within_a_day_is_not_that_of_publishing(office: Office, officer: User) -> None:
    now = clock.utcnow()
    first, second = ["Antrean di loket tiga terlalu panjang.", "Kursi tunggu di ruang depan rusak."]
    orders = set()
    for texts in ((first, second), (second, first)):
        for text in texts:
            case = taken(office, officer)
            publishing.publish(office.session, case, text, None, user_id=officer.id, now=now)
        orders.add(tuple(shown(office)))
        office.session.execute(sa.update(Publication).values(withdrawn_at=now + timedelta(seconds=1)))
    assert len(orders) == 1


def test_officer_sees_a_preview_publishes_and_takes_back(
    office: Office, officer: User, client: FlaskClient, login: Login
) -> None:
    case = taken(office, officer)
    login(officer)
    address = f"/petugas/kasus/{case.id}/terbitkan"
    assert "Siapkan untuk diterbitkan" in client.get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "KTP saya belum jadi sejak Maret." in client.get(address).get_data(as_text=True)
    preview = client.post(address, data={"text": WORDS, "reply": ANSWER, "step": "preview"}).get_data(as_text=True)
    assert "Begini warga akan membacanya" in preview
    assert shown(office) == []
    assert client.post(address, data={"text": WORDS, "reply": ANSWER, "step": "publish"}).status_code == 303
    unit = f"/unit/{office.agency.code}/{office.unit.code}"
    assert WORDS in client.get(unit).get_data(as_text=True)
    assert client.get(unit + ".json").get_json()["complaints"]["shown"][0]["text"] == WORDS
    assert client.post(f"/petugas/kasus/{case.id}/tarik-terbitan").status_code == 303
    assert WORDS not in client.get(unit).get_data(as_text=True)


def test_refused_words_stay_in_the_form_and_say_what_is_wrong(
    office: Office, officer: User, client: FlaskClient, login: Login
) -> None:
    case = taken(office, officer)
    login(officer)
    sent = {"text": WORDS + " Hubungi 081234567890.", "reply": "", "step": "publish"}
    answer = client.post(f"/petugas/kasus/{case.id}/terbitkan", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Data pribadi (Nomor telepon) pada baris 1" in page
    assert "error-summary" in page
    assert shown(office) == []


def test_an_officer_of_another_unit_finds_no_such_case(
    office: Office, officer: User, client: FlaskClient, login: Login
) -> None:
    case = taken(office, officer)
    login(new_office(office.session).staff(Role.OFFICER))
    assert client.get(f"/petugas/kasus/{case.id}/terbitkan").status_code == 404
    assert client.post(f"/petugas/kasus/{case.id}/tarik-terbitan").status_code == 404


def test_improvement_is_planned_made_and_taken_back_on_its_page(
    office: Office, officer: User, client: FlaskClient, login: Login
) -> None:
    login(officer)
    words = "Mulai Senin loket KTP dibuka pukul 07.30."
    unit = f"/unit/{office.agency.code}/{office.unit.code}"
    assert client.post("/petugas/perbaikan", data={"improvement": words}).status_code == 303
    assert "Direncanakan" in client.get(unit).get_data(as_text=True)
    entry = office.session.scalars(sa.select(Improvement).where(Improvement.unit_id == office.unit.id)).one()
    assert client.post(f"/petugas/perbaikan/{entry.id}/selesai").status_code == 303
    assert "Sudah dilakukan" in client.get(unit).get_data(as_text=True)
    assert client.post(f"/petugas/perbaikan/{entry.id}/tarik").status_code == 303
    assert words not in client.get(unit).get_data(as_text=True)


def test_improvement_with_personal_data_or_out_of_reach_is_refused(office: Office, officer: User) -> None:
    with pytest.raises(publishing.PersonalDataLeftError):
        improvements.plan(
            office.session, "Hubungi 081234567890 untuk antrean.", agency_id=office.agency.id, unit_id=office.unit.id,
            case_id=None, user_id=officer.id, now=clock.utcnow(),
        )  # fmt: skip
    entry = improvements.plan(
        office.session, "Kursi tunggu ditambah sepuluh.", agency_id=office.agency.id, unit_id=office.unit.id,
        case_id=None, user_id=officer.id, now=clock.utcnow(),
    )  # fmt: skip
    stranger = new_office(office.session).staff(Role.OFFICER)
    with pytest.raises(improvements.UnknownImprovementError):
        improvements.improvement_for(office.session, stranger.id, entry.id, day=clock.utcnow().date())


@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "-1", "x", ""])
def test_a_number_that_no_case_has_is_no_case(office: Office, officer: User, login: Login, number: str) -> None:
    page = login(officer).get("/petugas/perbaikan", query_string={"case": number})
    assert page.status_code == 200
    assert "Apa yang akan Anda perbaiki?" in page.get_data(as_text=True)
    assert "Karena kasus" not in page.get_data(as_text=True)

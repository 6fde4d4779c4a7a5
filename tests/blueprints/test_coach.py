"""The coach before sending: a page of its own without a script, an answer beside the form with one."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator, Sequence
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.blueprints.places import AgencyCard
from feedback_app.blueprints.text_reader import TextReader
from feedback_app.drain.run import drain_batch
from feedback_app.handling.models import Case
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.reading import Label, Reading
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make

HAPPENED = "Sudah tiga minggu berkas saya belum diproses."
LEVY = "Kemarin petugas loket meminta uang pelicin 200 ribu agar KTP cepat jadi."
PHONE = "081234567890"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def office(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, code="dukcapil", name="Dinas Kependudukan")


@pytest.fixture
def address(agency: Agency, office: Unit) -> str:
    return f"/lapor/{agency.code}/{office.code}"


def report(**changes: str) -> dict[str, str]:
    today = AgencyCard(0, "", "", "Asia/Makassar").today()
    return {"kind": "complaint", "happened": HAPPENED, "occurred_on": today.isoformat(), "once": "satu", **changes}


def stored(session: Session) -> list[Submission]:
    session.expire_all()
    return list(session.scalars(sa.select(Submission)))


def posted(client: FlaskClient, address: str, data: dict[str, str]) -> tuple[int, str]:
    answer = client.post(address, data=data)
    return answer.status_code, answer.get_data(as_text=True)


def hidden(page: str) -> dict[str, str]:
    """What the form of the review page sends along by itself."""
    form = page[page.index("data-draft-follows") :]
    tags = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in tags}


class Says:
    """A classifier that says the same of every text."""

    model_version = "uji-1"

    def __init__(self, kind: str | None, *, integrity: bool = False) -> None:
        unsure = Label(None, 0.1)
        self.reading = Reading("", (), Label(kind, 0.9), unsure, unsure, unsure, "model", integrity)

    def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
        return [self.reading for _ in texts]


@pytest.fixture
def says(app: Flask) -> Iterator[object]:
    """Put a classifier into the web process of the test."""
    before = app.extensions["suara_text_reader"]
    app.config["TEXT_READER_IN_TESTS"] = True

    def put(kind: str | None, *, integrity: bool = False) -> None:
        app.extensions["suara_text_reader"] = TextReader(lambda: Says(kind, integrity=integrity))

    yield put
    app.extensions["suara_text_reader"] = before
    app.config["TEXT_READER_IN_TESTS"] = False


def publication(session: Session, unit: Unit, text: str, **case_values: object) -> Publication:
    """A complaint on which the unit works and that stands in public."""
    sent = make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text=text)
    make.labels(session, sent)
    case = make.case(session, sent, **{"status": CaseStatus.IN_PROGRESS, **case_values})
    row = Publication(
        agency_id=unit.agency_id, case_id=case.id, unit_id=unit.id, text=text, published_at=make.NOW,
        published_by=make.user(session).id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_report_with_nothing_to_say_about_is_stored_at_once(
    client: FlaskClient, session: Session, address: str
) -> None:
    assert posted(client, address, report())[0] == 303
    assert len(stored(session)) == 1


def test_findings_come_before_anything_is_stored_and_sending_as_it_is_stores_every_word(
    client: FlaskClient, session: Session, address: str
) -> None:
    typed = report(happened=f'{HAPPENED}\nHubungi {PHONE} "segera" <b>', where="Loket 3", is_anonymous="y", extra="7")
    status, page = posted(client, address, typed)
    assert (status, stored(session)) == (200, [])
    assert PHONE in page
    assert "Nomor telepon" in page
    assert "Kirim apa adanya" in page
    carried = hidden(page)
    assert carried["extra"] == "7", "parts of the form that others add travel along"
    assert client.post(address, data=carried).status_code == 303
    [row] = stored(session)
    assert row.text == f"{typed['happened']}\n\nTempat:\nLoket 3"
    assert (row.is_anonymous, row.is_confidential, row.kind) == (True, False, SubmissionKind.COMPLAINT)


def test_way_back_brings_every_word_and_asks_again_before_sending(
    client: FlaskClient, session: Session, address: str
) -> None:
    typed = report(happened=f"{HAPPENED} Hubungi {PHONE}.", expected="Selesai.", is_confidential="y")
    carried = hidden(posted(client, address, typed)[1])
    status, page = posted(client, address, {**carried, "step": "edit"})
    assert (status, stored(session)) == (200, [])
    assert typed["happened"] in page
    assert "Selesai." in page
    assert re.search(r'<input[^>]*checked[^>]*name="is_confidential"', page)
    assert re.search(r'<input[^>]*checked[^>]*name="kind"[^>]*value="complaint"', page)
    assert re.search(r'name="reviewed"[^>]*value=""', page)
    assert re.search(r'name="once"[^>]*value="satu"', page)


def test_one_tap_masks_personal_data_in_every_box_and_leaves_names_to_their_own(
    client: FlaskClient, session: Session, address: str
) -> None:
    typed = report(happened=f"{HAPPENED} Ibu Marselina Taneo, {PHONE}.", expected=f"Telepon {PHONE}")
    carried = hidden(posted(client, address, typed)[1])
    masked = posted(client, address, {**carried, "step": "mask"})[1]
    assert "Sudah disamarkan" in masked
    assert PHONE not in masked
    assert "Marselina Taneo" in masked
    nameless = posted(client, address, {**hidden(masked), "step": "mask_names"})[1]
    assert "Marselina" not in nameless
    client.post(address, data=hidden(nameless))
    assert stored(session)[0].text == f"{HAPPENED} Ibu [NAMA], [TELEPON].\n\nYang diharapkan:\nTelepon [TELEPON]"


def test_who_chose_no_kind_chooses_by_the_button_that_sends(
    client: FlaskClient, session: Session, address: str, says: object
) -> None:
    says("complaint")  # type: ignore[operator]
    status, page = posted(client, address, report(kind=""))
    assert (status, stored(session)) == (200, [])
    assert "Sepertinya ini: Pengaduan" in page
    buttons = re.findall(r'<button class="btn (btn-[a-z-]+)" type="submit" name="kind" value="([a-z_]+)"', page)
    assert buttons[0] == ("btn-primary", "complaint")
    assert [kind for look, kind in buttons if look == "btn-primary"] == ["complaint"]
    assert len(buttons) == 4
    assert client.post(address, data={**hidden(page), "kind": "aspiration"}).status_code == 303
    assert stored(session)[0].kind is SubmissionKind.ASPIRATION


def test_complaint_sent_as_praise_is_asked_about_and_the_citizen_decides(
    client: FlaskClient, session: Session, address: str, says: object
) -> None:
    says("complaint")  # type: ignore[operator]
    page = posted(client, address, report(kind="praise"))[1]
    assert "Sepertinya ini: Pengaduan" in page
    assert re.search(r'<input[^>]*checked[^>]*value="praise"', page), "what was chosen stays chosen"
    assert client.post(address, data={**hidden(page), "kind": "praise"}).status_code == 303
    assert stored(session)[0].kind is SubmissionKind.PRAISE


def test_another_word_for_the_kind_alone_stops_nobody(
    client: FlaskClient, session: Session, address: str, says: object
) -> None:
    says("aspiration")  # type: ignore[operator]
    assert posted(client, address, report())[0] == 303
    assert len(stored(session)) == 1


def test_allegation_is_confidential_by_itself_and_the_page_says_who_reads_it(
    client: FlaskClient, session: Session, agency: Agency, address: str
) -> None:
    make.unit(session, agency, name="Inspektorat Kota", kind=UnitKind.INSPECTORATE)
    status, page = posted(client, address, report(happened=LEVY))
    assert (status, stored(session)) == (200, [])
    assert "Laporan ini dijadikan rahasia" in page
    assert "Yang membacanya Inspektorat Kota, bukan unit yang diadukan" in page
    client.post(address, data={**hidden(page), "is_confidential": ""})
    assert stored(session)[0].is_confidential, "the words decide, not the box"


def test_allegation_of_the_only_unit_names_who_looks_after_the_agency(client: FlaskClient, address: str) -> None:
    assert "Yang membacanya pengelola pemerintah daerah" in posted(client, address, report(happened=LEVY))[1]


def test_allegation_that_only_the_classifier_sees_is_confidential_too(
    client: FlaskClient, session: Session, address: str, says: object
) -> None:
    says("complaint", integrity=True)  # type: ignore[operator]
    client.post(address, data=report(reviewed="1"))
    assert stored(session)[0].is_confidential


def test_allegation_is_not_led_to_the_report_of_somebody_else(
    client: FlaskClient, session: Session, office: Unit, address: str
) -> None:
    publication(session, office, LEVY)
    assert "Laporan serupa" not in posted(client, address, report(happened=LEVY))[1]


def test_similar_report_in_public_is_shown_with_the_way_to_join(
    client: FlaskClient, session: Session, agency: Agency, office: Unit, address: str
) -> None:
    text = "Loket KTP di Dinas hanya satu yang buka, antrean dari subuh."
    row = publication(session, office, text)
    page = posted(client, address, report(happened="Antre dari subuh hari ini karena loket KTP hanya satu yang buka."))[
        1
    ]
    assert text in page
    assert f"/ikut/{agency.code}/{row.id}" in page


@pytest.mark.parametrize(
    "hide",
    [
        pytest.param({"is_confidential": True}, id="confidential since"),
        pytest.param({"status": CaseStatus.ARCHIVED, "closed_at": make.NOW, "archive_reason": "withdrawn"}, id="over"),
        pytest.param("withdrawn", id="taken back"),
        pytest.param("elsewhere", id="another unit"),
    ],
)
def test_what_is_not_open_to_the_public_is_never_shown_as_similar(
    client: FlaskClient, session: Session, agency: Agency, office: Unit, address: str, hide: object
) -> None:
    text = "Loket KTP di Dinas hanya satu yang buka, antrean dari subuh."
    other = make.unit(session, agency) if hide == "elsewhere" else office
    row = publication(session, other, text, **(hide if isinstance(hide, dict) else {}))
    if hide == "withdrawn":
        row.withdrawn_at, row.withdrawn_by = make.NOW, row.published_by
        session.flush()
    answer = client.post(address, data=report(happened="Antre dari subuh hari ini, loket KTP hanya satu yang buka."))
    assert answer.status_code == 303


def test_report_without_a_unit_is_stored_under_the_reception(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    reception = make.unit(session, agency, name="Bagian Umum")
    agency.reception_unit_id = reception.id
    session.flush()
    assert f"/lapor/{agency.code}/tidak-tahu" in client.get(f"/lapor/{agency.code}").get_data(as_text=True)
    page = client.get(f"/lapor/{agency.code}/tidak-tahu").get_data(as_text=True)
    assert "Bagian Umum membacanya" in page
    assert client.post(f"/lapor/{agency.code}/tidak-tahu", data=report(where="Loket 3")).status_code == 303
    [row] = stored(session)
    assert (row.unit_id, row.unit_is_unknown) == (reception.id, True)


@pytest.mark.parametrize(("picked", "is_unknown"), [("dukcapil", False), ("", True)])
def test_unit_is_suggested_from_the_words_and_the_citizen_picks(
    client: FlaskClient, session: Session, agency: Agency, office: Unit, picked: str, is_unknown: bool
) -> None:
    make.service(session, office, name="KTP elektronik", sector="civil_registry")
    unknown = f"/lapor/{agency.code}/tidak-tahu"
    told = "KTP elektronik saya belum dicetak sejak Maret, blangko habis di loket."
    page = posted(client, unknown, report(happened=told))[1]
    assert re.search(r'name="unit"[^>]*value="dukcapil"', page)
    assert re.search(r'name="unit"[^>]*value="" checked', page), "nothing is decided for the citizen"
    assert client.post(unknown, data={**hidden(page), "unit": picked}).status_code == 303
    [row] = stored(session)
    assert (row.unit_id, row.unit_is_unknown) == (office.id, is_unknown)


def test_unit_of_another_agency_cannot_be_picked(
    client: FlaskClient, session: Session, agency: Agency, office: Unit
) -> None:
    make.unit(session, make.agency(session), code="jauh")
    answer = client.post(f"/lapor/{agency.code}/tidak-tahu", data=report(unit="jauh", reviewed="1"))
    assert (answer.status_code, stored(session)) == (422, [])


def test_report_without_a_unit_is_asked_for_the_place(client: FlaskClient, agency: Agency, office: Unit) -> None:
    answer = client.post(f"/lapor/{agency.code}/tidak-tahu", data=report())
    assert "Di mana terjadi?" in answer.get_data(as_text=True)


def test_live_answer_says_the_same_and_stores_and_logs_nothing(
    client: FlaskClient, session: Session, agency: Agency, office: Unit, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post(
            f"/lapor/{agency.code}/periksa", data=report(happened=f"{LEVY} Hubungi {PHONE}", to=office.code)
        )
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["confidential"] is True
    assert PHONE in answer.json["html"]
    assert "Samarkan" in answer.json["html"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert stored(session) == []
    assert PHONE not in caplog.text


@pytest.mark.parametrize("happened", ["pendek", "a" * 4001, HAPPENED])
def test_live_answer_is_empty_where_there_is_nothing_to_say(
    client: FlaskClient, agency: Agency, office: Unit, happened: str
) -> None:
    answer = client.post(f"/lapor/{agency.code}/periksa", data=report(happened=happened, to=office.code))
    assert answer.json == {"html": "", "confidential": False}


def test_live_check_needs_the_token_of_the_form(
    app: Flask, client: FlaskClient, agency: Agency, office: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert client.post(f"/lapor/{agency.code}/periksa", data=report(to=office.code)).status_code == 400


def test_who_has_seen_it_live_is_not_asked_twice(client: FlaskClient, session: Session, address: str) -> None:
    assert posted(client, address, report(happened=f"{HAPPENED} Hubungi {PHONE}.", reviewed="1"))[0] == 303
    assert len(stored(session)) == 1


def test_review_page_is_light_and_keeps_the_token_of_the_first_page(
    app: Flask, client: FlaskClient, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    form = client.get(address).get_data(as_text=True)
    assert len(form.encode()) <= 15_000
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    answer = client.post(address, data=report(csrf_token=token[1], happened=f"{HAPPENED} Hubungi {PHONE}."))
    page = answer.get_data(as_text=True)
    assert len(page.encode()) <= 15_000
    assert hidden(page)["csrf_token"] == token[1]
    assert answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", page)
    assert client.post(address, data=hidden(page)).status_code == 303


def test_question_for_the_kind_alone_stands_under_no_empty_heading(
    client: FlaskClient, session: Session, agency: Agency, office: Unit, address: str
) -> None:
    status, page = posted(client, address, report(kind=""))
    assert (status, stored(session)) == (200, [])
    assert "Yang kami temukan" not in page
    assert "Tidak ada lagi yang perlu diperbaiki" not in page
    assert "Kirim sebagai apa?" in page
    assert "Ketuk satu untuk mengirim." in page
    assert "saran kami" not in page, "nothing is suggested where nothing was recognised"
    live = client.post(f"/lapor/{agency.code}/periksa", data=report(kind="", to=office.code))
    assert live.json == {"html": "", "confidential": False}


def test_kind_suggested_and_chosen_alike_stands_under_no_empty_heading(
    client: FlaskClient, agency: Agency, office: Unit, says: object
) -> None:
    says("complaint")  # type: ignore[operator]
    live = client.post(f"/lapor/{agency.code}/periksa", data=report(to=office.code))
    assert live.json == {"html": "", "confidential": False}


def test_suggested_kind_is_marked_in_words_and_the_way_back_is_a_link(
    client: FlaskClient, address: str, says: object
) -> None:
    says("aspiration")  # type: ignore[operator]
    page = posted(client, address, report(kind=""))[1]
    assert page.count("(saran kami)") == 1
    assert re.search(r'btn-primary" type="submit" name="kind" value="aspiration">[^<]+ \(saran kami\)<', page)
    assert re.search(r'<button class="btn btn-link[^>]*value="edit"', page)


def test_report_of_unknown_kind_is_asked_for_what_a_complaint_needs(
    client: FlaskClient, agency: Agency, office: Unit
) -> None:
    unknown = f"/lapor/{agency.code}/tidak-tahu"
    assert "Di mana terjadi?" in posted(client, unknown, report(kind=""))[1]
    assert "Di mana terjadi?" not in posted(client, unknown, report(kind="information_request"))[1]


def test_praise_may_name_whom_it_praises_but_hears_of_other_personal_data(
    client: FlaskClient, session: Session, address: str
) -> None:
    praised = "Terima kasih kepada Ibu Marselina Taneo di loket 2, sangat ramah."
    assert posted(client, address, report(kind="praise", happened=praised))[0] == 303
    assert [row.text for row in stored(session)] == [praised]
    status, page = posted(client, address, report(kind="praise", happened=f"{praised} {PHONE}", once="dua"))
    assert status == 200
    assert "Nomor telepon" in page
    assert "Anda menyebut nama orang" not in page
    assert "Anda menyebut nama orang" in posted(client, address, report(happened=praised, once="tiga"))[1]


def test_tick_of_the_coach_goes_with_its_reason_and_that_of_the_sender_stays(
    client: FlaskClient, session: Session, address: str
) -> None:
    by_coach = {"is_confidential": "y", "confidential_by_coach": "y"}
    off = "Pilihan Rahasia yang kami nyalakan sudah dimatikan lagi"
    calm = f"{HAPPENED} Hubungi {PHONE}."
    page = posted(client, address, report(happened=calm, **by_coach))[1]
    assert off in page
    assert "is_confidential" not in hidden(page)
    own = posted(client, address, report(happened=calm, is_confidential="y"))[1]
    assert off not in own
    assert hidden(own)["is_confidential"] == "y"
    accused = posted(client, address, report(happened=LEVY, **by_coach))[1]
    assert off not in accused
    back = posted(client, address, {**hidden(accused), "step": "edit", "happened": calm})[1]
    assert not re.search(r'<input[^>]*checked[^>]*name="is_confidential"', back)
    client.post(address, data=hidden(page))
    assert not stored(session)[0].is_confidential


def test_classifier_is_loaded_once_for_all_threads() -> None:
    loads: list[int] = []
    reader = TextReader(lambda: loads.append(1) or Says("praise"))  # type: ignore[func-returns-value]
    threads = [threading.Thread(target=reader.read, args=("Terima kasih",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = reader.read("Terima kasih")
    assert found is not None
    assert (len(loads), found.kind.value) == (1, "praise")


def test_sending_goes_on_where_the_classifier_is_broken_slow_or_stumbles() -> None:
    def fail() -> Says:
        raise OSError("no model")

    class Stumbles(Says):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
            raise ValueError(texts[0])

    gate = threading.Event()
    slow = TextReader(lambda: Says("praise") if gate.wait(5) else Says(None))
    assert slow.read("apa saja", patience=0.01) is None
    gate.set()
    assert slow.read("apa saja", patience=5) is not None
    assert TextReader(fail).read("apa saja", patience=5) is None
    assert TextReader(lambda: Stumbles("praise")).read("apa saja", patience=5) is None


def test_stumbling_classifier_leaves_no_word_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    class Stumbles(Says):
        def classify(self, texts: Sequence[str], *, explain: bool = False) -> list[Reading]:  # noqa: ARG002
            raise ValueError(texts[0])

    TextReader(lambda: Stumbles("praise")).read(PHONE, patience=5)
    assert "ValueError" in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.parametrize("integrity", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "Pelayanannya bagus, terima kasih. Cuma saya diminta uang pelicin supaya berkas cepat selesai.",
        "Terima kasih, pelayanan cepat dan gratis, bebas pungli.",
        HAPPENED,
    ],
)
def test_the_reader_whom_the_coach_promises_is_the_one_whom_the_drain_finds(
    client: FlaskClient, session: Session, agency: Agency, address: str, says: object, text: str, integrity: bool
) -> None:
    inspectorate = make.unit(session, agency, name="Inspektorat Kota", kind=UnitKind.INSPECTORATE)
    says("praise", integrity=integrity)  # type: ignore[operator]
    promised = "Yang membacanya Inspektorat Kota" in posted(client, address, report(happened=text))[1]
    client.post(address, data=report(happened=text, reviewed="1"))
    drain_batch(session, Says("praise", integrity=integrity), limit=10, now=make.NOW)
    case = session.scalars(sa.select(Case)).one()
    assert (case.unit_id == inspectorate.id) is promised

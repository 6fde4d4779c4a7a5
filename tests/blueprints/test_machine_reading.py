"""What an officer sees of the machine's reading: why, how sure, and what it may be where it does not know."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import CITIZEN
from feedback_app.handling.citizens.erasure import erase
from feedback_app.handling.models import Case
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.storage import Disk
from tests.blueprints.office import Login, Office, new_office

WHY = {
    "kind": (("belum", 1.2), ("rusak", 0.4)),
    "aspect": (("sejak", 0.7),),
    "urgency": (("maret", 0.5),),
}
LIKELY = (("delay", 0.44), ("product_error", 0.31), ("not_served", 0.04))


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def read_as(office: Office, **further: Any) -> Case:
    """A case that the machine read so."""
    for name in ("aspect", "urgency_source"):
        if name in further:
            setattr(office.reader, name, further.pop(name))
    office.reader.further = further
    return office.report()


def page_of(client: FlaskClient, case: Case, query: str = "") -> str:
    return html.unescape(client.get(f"/petugas/kasus/{case.id}{query}").get_data(as_text=True))


def part_of(page: str) -> str:
    found = re.search(r'<section aria-labelledby="dugaan">(.*?)</section>', page, re.S)
    assert found, page
    return found[1]


def words_of(part: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", part).split())


def answers_of(page: str) -> dict[str, str]:
    """Each label of the list with what stands beside it."""
    listed = part_of(page).split("</dl>")[0]
    return {
        words_of(name): words_of(said) for name, said in re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", listed, re.S)
    }


def test_each_label_says_how_sure_it_is_in_words_and_which_words_decided(
    office: Office, officer: User, login: Login
) -> None:
    page = page_of(login(officer), read_as(office, why=WHY))
    assert answers_of(page) == {
        "Jenis": "Pengaduan (cukup yakin) karena: belum , rusak",
        "Nada": "Negatif (cukup yakin)",
        "Pokok": "Penundaan berlarut (cukup yakin) karena: sejak",
        "Kemendesakan": "Mendesak (menurut model, kurang yakin) karena: maret",
    }


def test_numbers_stand_only_where_they_are_asked_for(office: Office, officer: User, login: Login) -> None:
    part = part_of(page_of(login(officer), read_as(office)))
    shown, _, folded = part.partition('<details class="reveal">')
    assert not re.search(r"\d", words_of(shown))
    assert "keyakinan 91,0 %" in words_of(folded)
    assert "Model uji-1" in words_of(folded)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        pytest.param("model", "menurut model, kurang yakin", id="model"),
        pytest.param("rule:danger", "menurut aturan terbuka “bahaya bagi nyawa atau kesehatan”", id="rule"),
    ],
)
def test_urgency_says_whether_the_model_decided_or_which_rule(
    office: Office, officer: User, login: Login, source: str, says: str
) -> None:
    page = page_of(login(officer), read_as(office, urgency_source=source))
    assert answers_of(page)["Kemendesakan"] == f"Mendesak ({says})"


def test_what_the_machine_does_not_know_is_offered_and_fills_in_the_form(
    office: Office, officer: User, login: Login
) -> None:
    client, case = login(officer), read_as(office, aspect=None, aspects=LIKELY)
    page = page_of(client, case)
    links = re.findall(r'<a class="chip" href="([^"]+)">([^<]+)', part_of(page))
    assert links == [
        (f"/petugas/kasus/{case.id}?aspect=delay#perbaiki-dugaan", "Penundaan berlarut"),
        (f"/petugas/kasus/{case.id}?aspect=product_error#perbaiki-dugaan", "Hasil layanan keliru"),
    ], "what is hardly likely is not offered"
    assert "Mesin tidak yakin; mungkin:" in answers_of(page)["Pokok"]
    assert '<details class="act" id="perbaiki-dugaan">' in page
    assert "belum disimpan" not in page

    filled = page_of(client, case, "?aspect=product_error")
    assert '<details class="act" id="perbaiki-dugaan" open>' in filled
    assert "Pilihan Anda sudah terisi di bawah dan belum disimpan." in filled
    form = filled[filled.index('id="perbaiki-dugaan"') :]
    assert re.findall(r'<option selected value="([^"]*)"', form)[:4] == [
        "complaint",
        "negative",
        "product_error",
        "high",
    ]
    assert "Mesin tidak yakin" in answers_of(filled)["Pokok"], "nothing was kept"


def test_what_is_asked_for_is_taken_only_from_the_list(office: Office, officer: User, login: Login) -> None:
    page = page_of(login(officer), read_as(office), "?aspect=<b>&kind=delay&halaman=2")
    assert '<details class="act" id="perbaiki-dugaan">' in page
    assert "<b>" not in page


def test_of_the_other_labels_the_likeliest_is_offered(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    case = read_as(office)
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    labels.sentiment, labels.guesses = None, {"best": {"sentiment": "neutral"}, "aspects": [], "sectors": []}
    session.commit()
    assert "?sentiment=neutral#perbaiki-dugaan" in part_of(page_of(login(officer), case))


def test_who_may_not_correct_reads_the_same_without_links(office: Office, login: Login) -> None:
    case = read_as(office, aspect=None, aspects=LIKELY)
    part = part_of(page_of(login(office.staff(Role.ADMINISTRATOR)), case))
    assert "Penundaan berlarut" in part
    assert "href=" not in part


def test_a_second_subject_stands_beside_the_first(office: Office, officer: User, login: Login) -> None:
    case = read_as(office, aspect2="product_error", aspects=(("delay", 0.5), ("product_error", 0.4)))
    client = login(officer)
    page = page_of(client, case)
    assert answers_of(page)["Pokok kedua"] == "Hasil layanan keliru (mungkin juga)"
    assert list(answers_of(page)) == ["Jenis", "Nada", "Pokok", "Pokok kedua", "Kemendesakan"]
    client.post(f"/petugas/kasus/{case.id}/label", data={"version": case.version, "aspect": "product_error"})
    assert "Pokok kedua" not in answers_of(page_of(client, case)), "it is the first one now"


def test_no_second_subject_is_supposed_once_a_person_named_the_subject(
    office: Office, officer: User, login: Login
) -> None:
    case = read_as(office, aspect2="product_error", aspects=(("delay", 0.5), ("product_error", 0.4)))
    client = login(officer)
    client.post(f"/petugas/kasus/{case.id}/label", data={"version": case.version, "aspect": "information"})
    page = page_of(client, case)
    assert "diperbaiki petugas" in answers_of(page)["Pokok"]
    assert "Pokok kedua" not in answers_of(page)
    assert "mungkin juga" not in part_of(page)


def test_a_label_that_a_person_put_right_says_so_and_gives_no_words(
    office: Office, officer: User, login: Login
) -> None:
    client, case = login(officer), read_as(office, why=WHY)
    sent = {"version": case.version, "aspect": "product_error", "urgency": "normal"}
    assert client.post(f"/petugas/kasus/{case.id}/label", data=sent).status_code == 303
    answers = answers_of(page_of(client, case))
    assert answers["Pokok"] == "Hasil layanan keliru (diperbaiki petugas)"
    assert answers["Kemendesakan"] == "Biasa (diperbaiki petugas)"
    assert "karena:" in answers["Jenis"]


def test_an_insult_is_told_gently(office: Office, officer: User, login: Login) -> None:
    client = login(officer)
    note = "Tulisan ini memuat kata kasar; keluhannya tetap dilayani."
    assert note not in page_of(client, read_as(office))
    assert note in page_of(client, read_as(office, abusive=True))


def test_what_was_read_before_words_were_kept_is_shown_without_them(
    session: Session, office: Office, officer: User, login: Login
) -> None:
    case = read_as(office, aspect=None)
    labels = session.get_one(Labels, (case.agency_id, case.submission_id))
    labels.why, labels.guesses, labels.language = {}, {}, None
    session.commit()
    page = page_of(login(officer), case)
    assert answers_of(page)["Pokok"] == "tidak yakin"
    for absent in ("karena:", "mungkin", "Ragam bahasa", "kata kasar"):
        assert absent not in part_of(page)


def test_an_erased_report_keeps_its_labels_and_loses_the_words(
    session: Session, office: Office, officer: User, login: Login, tmp_path: Any
) -> None:
    case = read_as(office, why=WHY)
    erase(session, Disk(tmp_path), case.agency_id, case.submission_id, actor=CITIZEN, now=clock.utcnow())
    session.commit()
    part = part_of(page_of(login(officer), case))
    assert "Penundaan berlarut" in part
    assert "karena:" not in part
    assert "href=" not in part


def test_words_of_citizens_are_never_markup(office: Office, officer: User, login: Login) -> None:
    case = read_as(office, why={"kind": (("<b>jahat</b>", 1.0),)})
    raw = login(officer).get(f"/petugas/kasus/{case.id}").get_data(as_text=True)
    assert "&lt;b&gt;jahat" in raw
    assert "<b>jahat" not in raw

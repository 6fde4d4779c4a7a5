"""A unit at work in a real browser: an officer, the head, who is above them, the Inspektorat, and an administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.answers.models import Proof, ReplyTemplate
from feedback_app.handling.desk.models import CaseNote
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.rules import CaseStatus, Outcome, ReplyKind
from feedback_app.identity.rules import Role
from feedback_app.notifications.models import Message, MessageState
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office
from tests.browser.sites import serving
from tests.conftest import Live
from tests.intake import files

ANSWER = "Blangko tiba hari ini; KTP Anda dapat diambil besok di loket 2."
WAITING = "Antrean KTP di loket dua lama sekali, blangko katanya habis."


@dataclass(frozen=True)
class Site:
    """A running unit; the accounts by what they are, the cases by how they stand."""

    url: str
    live: Live
    accounts: dict[str, str]
    cases: dict[str, int]


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, name="Pemerintah Kota Kupang")
        above = make.unit(session, agency, name="Dinas Kependudukan")
        office = Office(session, agency, make.unit(session, agency, parent=above, name="Bidang Pendaftaran"))
        inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE, name="Inspektorat Kota")
        people = {
            "officer": (Role.OFFICER, office.unit), "head": (Role.UNIT_HEAD, office.unit),
            "supervisor": (Role.UNIT_HEAD, above), "examiner": (Role.UNIT_HEAD, inspectorate),
            "administrator": (Role.ADMINISTRATOR, None),
        }  # fmt: skip
        accounts = {}
        for name, (role, unit) in people.items():
            who = make.user(session, name=f"Ibu {name}")
            make.grant(session, who, role, agency, unit)
            accounts[name] = who
        now = clock.utcnow()
        cases = {
            name: office.report(f"{WAITING} Laporan {name}.", at=now - timedelta(days=age))
            for name, age in (("oldest", 9), ("second", 6), ("third", 3), ("fourth", 1), ("disputed", 20), ("late", 60))
        }
        respond(session, cases["disputed"], ANSWER, user_id=accounts["head"].id, now=now)
        judge(session, cases["disputed"], Outcome.DISPUTED, "Loket 2 tutup sepanjang hari.", now=now)
        cases["late"].inspected_since = now
        session.add(
            Message(
                agency_id=agency.id, user_id=accounts["officer"].id, template="assigned", dedupe_key="uji",
                state=MessageState.DEAD, attempts=9, created_at=now, next_try_at=now, last_error="refused",
                params={"case": cases["oldest"].id},
            )
        )  # fmt: skip
        session.commit()
        emails = {name: who.email for name, who in accounts.items()}
        numbers = {name: case.id for name, case in cases.items()}
    with serving(live) as url:
        yield Site(url, live, emails, numbers)


@dataclass
class Desk:
    """One person at a browser."""

    page: Page
    site: Site

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.site.url}/petugas/{path}")
        assert answer is not None
        assert answer.status == 200, path

    def case(self, name: str) -> None:
        self.open(f"kasus/{self.site.cases[name]}")

    def act(self, ending: str, **typed: str) -> None:
        """Send the form whose address ends so, as it stands open on the page."""
        form = self.page.locator(f"form[action$='/{ending}']").first
        part = self.page.locator(f"details:has(form[action$='/{ending}'])").first
        if part.count() and not part.evaluate("e => e.open"):
            part.locator("summary").first.click()
        for name, words in typed.items():
            form.locator(f"[name={name}]").fill(words)
        form.locator("button[type=submit]").last.click()

    def told(self, words: str) -> None:
        expect(self.page.locator("[role=status], .notice").filter(has_text=words).first).to_be_visible()


@pytest.fixture
def at(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The person named by the test's marker, signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site.url}/masuk")
    page.locator("input[name=email]").fill(site.accounts[request.param])
    page.locator("input[name=password]").fill(make.PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/petugas**")
    yield Desk(page, site)
    context.close()
    assert complaints == []


def case_of(site: Site, name: str) -> Case:
    return db.session.scalars(sa.select(Case).where(Case.id == site.cases[name])).one()


@pytest.mark.slow
@pytest.mark.parametrize("at", ["officer"], indirect=True)
def test_an_officer_goes_through_the_inbox_with_keys_and_finishes_a_case(at: Desk, tmp_path: Path) -> None:
    page, site = at.page, at.site
    with site.live.app.app_context():
        case = case_of(site, "oldest")
        db.session.add(
            ReplyTemplate(
                agency_id=case.agency_id, unit_id=case.unit_id, name="Blangko habis",
                text=f"{ANSWER} ({{nomor_kasus}})", written_by=1, written_at=clock.utcnow(),
            )
        )  # fmt: skip
        db.session.commit()
    at.open("kotak-masuk")
    first, second = (page.locator("[data-case]").nth(place).locator("h3 a") for place in (0, 1))
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("[data-case] input:checked")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("#pintasan dl")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/petugas/kasus/\d+$"))
    at.case("oldest")
    at.act("ambil")
    at.told("ada di tangan Anda")
    at.act("kabar", news="Blangko sedang kami pesan dari Kupang.")
    at.told("Kabar terkirim")
    at.act("catatan", text="Sudah ditelepon ke gudang.")
    at.open(f"kasus/{site.cases['oldest']}/bukti")
    (tmp_path / "loket.jpg").write_bytes(files.written("JPEG"))
    page.set_input_files("input[type=file]", tmp_path / "loket.jpg")
    page.locator("[name=caption]").fill("Blangko di loket 2.")
    page.locator("form:has(input[type=file]) button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/petugas/kasus/\d+"))
    at.case("oldest")
    page.locator("#template").select_option(label="Blangko habis")
    page.get_by_role("button", name="Pakai templat").click()
    expect(page.locator("#text")).to_have_value(f"{ANSWER} ({site.cases['oldest']})")
    page.get_by_role("button", name="Kirim tanggapan").click()
    at.told("Tanggapan terkirim")
    with site.live.app.app_context():
        case = case_of(site, "oldest")
        assert case.status is CaseStatus.ANSWERED
        kinds = [reply.kind for reply in db.session.scalars(sa.select(Reply).where(Reply.case_id == case.id))]
        assert sorted(kinds) == sorted([ReplyKind.PROGRESS, ReplyKind.ANSWER])
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Proof)) == 1
        assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseNote)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("at", ["officer"], indirect=True)
def test_an_officer_asks_and_the_clock_waits(at: Desk) -> None:
    at.case("second")
    at.act("ambil")
    at.act("minta-keterangan", question="Di loket mana dan pada tanggal berapa Anda dilayani?")
    at.told("Pertanyaan terkirim")
    with at.site.live.app.app_context():
        case = case_of(at.site, "second")
        assert (case.status, case.clock, case.due_at) == (CaseStatus.ON_HOLD, None, None)
        assert case.held_until is not None


@pytest.mark.slow
@pytest.mark.parametrize("at", ["head"], indirect=True)
def test_a_head_assigns_writes_a_template_merges_and_answers_several(at: Desk) -> None:
    page, site = at.page, at.site
    at.case("third")
    page.locator("#tugaskan > summary").click()
    page.locator("#rekan").select_option(label="Ibu officer")
    page.get_by_role("button", name="Tugaskan", exact=True).click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("Ibu officer")
    at.open("templat/baru")
    page.locator("[name=name]").fill("Sudah selesai")
    page.locator("textarea[name=text]").fill("Kasus {nomor_kasus} sudah selesai di {nama_unit}.")
    page.locator("button[value=preview]").click()
    expect(page.locator("blockquote").first).to_contain_text("sudah selesai di")
    page.locator("button[value=save]").click()
    expect(page.locator("main")).to_contain_text("Sudah selesai")
    at.open(f"kasus/{site.cases['fourth']}/gabung?number={site.cases['third']}")
    page.locator(f"#kasus-{site.cases['third']}").check()
    page.get_by_role("button", name="Gabungkan yang dicentang").click()
    at.told("digabungkan")
    both = "&".join(f"case={site.cases[name]}" for name in ("oldest", "second"))
    at.open(f"tanggapi-bersama?{both}")
    page.locator("textarea[name=text]").fill(ANSWER)
    page.locator("button[value=preview]").click()
    expect(page.locator("blockquote").first).to_contain_text(ANSWER)
    page.locator("button[value=send]").click()
    at.told("Tanggapan terkirim kepada 2 pelapor")
    with site.live.app.app_context():
        assert {case_of(site, name).status for name in ("oldest", "second")} == {CaseStatus.ANSWERED}
        merged = {case_of(site, name).duplicate_of for name in ("third", "fourth")}
        assert len(merged - {None}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("at", ["head"], indirect=True)
def test_a_head_undoes_an_act_on_many(at: Desk) -> None:
    page, site = at.page, at.site
    at.open("kotak-masuk")
    for box in page.locator("[data-case] input[type=checkbox]").all()[:3]:
        box.check()
    page.locator("#tindakan-massal").select_option("verify")
    page.get_by_role("button", name="Lanjutkan").click()
    page.locator(".bulk-form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/sekaligus/\d+"))
    with site.live.app.app_context():
        verified = sa.select(sa.func.count()).where(Case.status == CaseStatus.VERIFIED)
        assert (db.session.scalar(verified) or 0) >= 2
    page.get_by_role("button", name="Batalkan semuanya").click()
    expect(page.locator("main")).to_contain_text("Dibatalkan pada")
    with site.live.app.app_context():
        assert db.session.scalar(verified) == 0


@pytest.mark.slow
@pytest.mark.parametrize("at", ["head"], indirect=True)
def test_a_head_does_not_review_an_answer_of_their_own(at: Desk) -> None:
    at.case("disputed")
    expect(at.page.locator("form[action$='/tinjauan']")).to_have_count(0)
    expect(at.page.locator("main")).to_contain_text("peninjaunya orang lain")


@pytest.mark.slow
@pytest.mark.parametrize("at", ["supervisor"], indirect=True)
def test_who_is_above_reviews_a_dispute_and_reads_the_dashboard(at: Desk) -> None:
    page, site = at.page, at.site
    at.case("disputed")
    page.locator("form[action$='/tinjauan'] input[value=sent_back]").check()
    at.act("tinjauan", grounds="Buka loket dahulu, lalu kabari pelapor lagi.")
    at.told("Putusan Anda sudah dicatat")
    at.open("dasbor")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    figure = page.locator("main a[href*='/dasbor/kasus']").first
    figure.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert site.url in page.url


@pytest.mark.slow
@pytest.mark.parametrize("at", ["examiner"], indirect=True)
def test_the_inspektorat_reads_what_is_far_too_late_and_answers_nothing(at: Desk) -> None:
    page, site = at.page, at.site
    at.open("kotak-masuk")
    expect(page.locator("[data-case]")).to_have_count(1)
    at.case("late")
    expect(page.locator("main")).to_contain_text("Inspektorat ikut membaca kasus ini")
    for ending in ("tanggapi", "ambil", "kabar", "arsipkan", "teruskan"):
        expect(page.locator(f"form[action$='/{ending}']")).to_have_count(0)
    answer = page.goto(f"{site.url}/petugas/kasus/{site.cases['oldest']}")
    assert answer is not None
    assert answer.status == 404


@pytest.mark.slow
@pytest.mark.parametrize("at", ["administrator"], indirect=True)
def test_an_administrator_sends_a_dead_letter_again_and_opens_the_clocks(at: Desk) -> None:
    page, site = at.page, at.site
    at.open("pesan")
    expect(page.locator("main")).not_to_contain_text("@contoh")
    page.locator("form[action$='/ulang'] button[type=submit]").last.click()
    at.told("menunggu dikirim lagi")
    with site.live.app.app_context():
        states = {row.state for row in db.session.scalars(sa.select(Message).where(Message.dedupe_key == "uji"))}
        assert MessageState.DEAD not in states
    at.open("tenggat")
    page.wait_for_url(re.compile(r"/tenggat"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()

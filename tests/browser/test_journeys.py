"""What works whatever a citizen has: a keyboard alone, no scripts, no connection, large letters, a shared screen."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from feedback_app import clock
from feedback_app.db import db
from feedback_app.handling.models import Case
from feedback_app.handling.operations import respond, take
from feedback_app.handling.rules import CaseStatus
from feedback_app.intake.models import Submission
from tests import factories as make
from tests.blueprints.office import NumberHider, Office
from tests.browser.sites import serving
from tests.conftest import Live

STORY = "Sudah tiga minggu KTP saya di loket 3 belum jadi, diajukan tanggal 2 November."
NUMBER = "081234567890"
MOST_TABS = 60
THANKS_MILLISECONDS = 40_000
WIDER = """document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1 && !e.closest(".leave-empty, svg"))
        .map(e => e.outerHTML.slice(0, 120))"""


@dataclass(frozen=True)
class Site:
    """A running site with one unit, and what happens behind it."""

    url: str
    live: Live
    place: str
    agency_id: int
    officer_id: int

    def answer_the_newest(self) -> None:
        """Read what was sent, and answer it as an officer does."""
        with self.live.app.app_context():
            session, now = db.session(), clock.utcnow()
            sent = session.scalars(sa.select(Submission).order_by(Submission.id.desc())).first()
            assert sent is not None
            office = Office(session, None, None, NumberHider())  # type: ignore[arg-type]
            office.drain()
            case = session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()
            take(session, case, user_id=self.officer_id, now=now)
            respond(session, case, "KTP Anda dapat diambil di loket 3.", user_id=self.officer_id, now=now)
            session.commit()

    def newest(self) -> Submission:
        with self.live.app.app_context():
            return db.session.scalars(sa.select(Submission).order_by(Submission.id.desc()).limit(1)).one()

    def status(self) -> CaseStatus:
        with self.live.app.app_context():
            return db.session.scalars(sa.select(Case.status)).one()


@pytest.fixture
def site(live: Live) -> Iterator[Site]:
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, name="Pemerintah Kota Kupang")
        unit = make.unit(session, agency, name="Dinas Kependudukan dan Pencatatan Sipil")
        make.service(session, unit, name="Penerbitan KTP-el")
        officer = make.user(session)
        session.commit()
        known = f"{agency.code}/{unit.code}", agency.id, officer.id
    with serving(live) as url:
        yield Site(url, live, *known)


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=request.param)
    opened.set_default_timeout(10_000)
    yield opened
    opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_context(viewport={"width": 360, "height": 740})
    opened.set_default_timeout(10_000)
    yield opened.new_page()
    opened.close()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the focus is there; whoever has no mouse has no other way."""
    for _presses in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not reach {wanted}")


def until(page: Page, expression: str) -> None:
    """Wait until it is true; the browser's own waiting would break the content policy."""
    for _tries in range(50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


def picture(folder: Path) -> Path:
    """A small photo that says where it was taken."""
    place, photo = Image.Exif(), io.BytesIO()
    place.get_ifd(0x8825)[1] = "S"
    Image.new("RGB", (320, 240), "teal").save(photo, "JPEG", exif=place)
    file = folder / "antrean.jpg"
    file.write_bytes(photo.getvalue())
    return file


@pytest.mark.slow
def test_rating_needs_tab_space_and_enter_alone(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/nilai/{site.place}")
    tab_to(page, page.get_by_label("Tidak baik", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Lama", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Kirim penilaian"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/diterima")
    assert (site.newest().rating, site.newest().reasons) == (1, ["slow"])


@pytest.mark.slow
def test_report_needs_tab_space_and_enter_alone(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    tab_to(page, page.get_by_label("Pengaduan", exact=True))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Apa yang terjadi?"))
    page.keyboard.type(STORY)
    tab_to(page, page.get_by_label("Anonim"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Kirim laporan"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/diterima")
    sent = site.newest()
    assert (sent.text, sent.is_anonymous) == (STORY, True)


@pytest.mark.slow
def test_personal_data_is_masked_before_sending_and_the_answer_is_judged(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Apa yang terjadi?").fill(f"{STORY} Hubungi saya di {NUMBER}.")
    page.locator(".btn-send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Periksa sebelum mengirim")
    page.get_by_role("button", name="Samarkan", exact=True).click()
    expect(page.get_by_text("Sudah disamarkan.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Pengaduan")).click()
    code = page.locator("#kode").inner_text()
    assert NUMBER not in str(site.newest().text)
    site.answer_the_newest()

    page.context.clear_cookies()
    page.goto(f"{site.url}/lacak")
    page.get_by_label("Kode pelacakan").fill(code)
    page.get_by_role("button", name="Buka laporan").click()
    page.get_by_role("button", name="Sudah selesai").click()
    expect(page.get_by_text("Penilaian Anda sudah dicatat")).to_be_visible()
    assert site.status() is CaseStatus.CLOSED


@pytest.mark.slow
def test_coach_speaks_while_the_report_is_written(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Pengaduan", exact=True).check()
    page.get_by_label("Apa yang terjadi?").press_sequentially(f"Hubungi saya di {NUMBER}.")
    coach = page.get_by_role("region", name="Saran sebelum mengirim")
    expect(coach).to_contain_text(NUMBER)
    page.get_by_label("Apa yang terjadi?").fill("Kepala dinas meminta uang pelicin untuk mengurus KTP saya.")
    expect(coach).to_contain_text("dijadikan rahasia")
    expect(page.get_by_label("Rahasia")).to_be_checked()
    page.get_by_label("Apa yang terjadi?").fill(STORY)
    expect(page.get_by_label("Rahasia")).not_to_be_checked()


@pytest.mark.slow
def test_confidence_that_the_sender_wishes_outlives_the_words(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Pengaduan", exact=True).check()
    page.get_by_label("Rahasia").check()
    page.get_by_label("Apa yang terjadi?").fill("Kepala dinas meminta uang pelicin untuk mengurus KTP saya.")
    coach = page.get_by_role("region", name="Saran sebelum mengirim")
    expect(coach).to_contain_text("dijadikan rahasia")
    page.get_by_label("Apa yang terjadi?").fill(f"Hubungi saya di {NUMBER}.")
    expect(coach).to_contain_text(NUMBER)
    expect(page.get_by_label("Rahasia")).to_be_checked()


def test_going_back_finds_the_report_as_it_was_left(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Apa yang terjadi?").fill(STORY)
    page.goto(f"{site.url}/privasi")
    page.go_back()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(STORY)


@pytest.mark.slow
def test_draft_survives_a_reload_and_is_gone_once_sent(site: Site, page: Page) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Pengaduan", exact=True).check()
    page.get_by_label("Apa yang terjadi?").press_sequentially(STORY)
    until(page, "Object.keys(localStorage).some(key => localStorage.getItem(key).includes('2 November'))")
    page.reload()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(STORY)
    expect(page.get_by_text("Isian yang belum terkirim dikembalikan.")).to_be_visible()

    page.context.set_offline(True)
    page.locator(".btn-send").click()
    expect(page.get_by_text("Anda sedang luring.")).to_be_visible()
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value(STORY)
    page.context.set_offline(False)
    expect(page.get_by_text("Anda sedang luring.")).to_be_hidden()
    page.locator(".btn-send").click()
    page.wait_for_url("**/diterima")
    until(page, "Object.keys(localStorage).length === 0")
    page.goto(f"{site.url}/lapor/{site.place}")
    expect(page.get_by_label("Apa yang terjadi?")).to_have_value("")


@pytest.mark.slow
def test_photo_travels_with_the_report(site: Site, page: Page, tmp_path: Path) -> None:
    page.goto(f"{site.url}/lapor/{site.place}")
    page.get_by_label("Pengaduan", exact=True).check()
    page.get_by_label("Apa yang terjadi?").fill(STORY)
    page.get_by_label("Foto atau PDF").set_input_files(picture(tmp_path))
    page.locator(".btn-send").click()
    page.wait_for_url("**/diterima")
    expect(page.locator(".attachments li")).to_have_count(1)


@pytest.mark.slow
def test_photo_is_added_after_sending_where_there_is_no_script(
    site: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto(f"{site.url}/nilai/{site.place}")
    page.get_by_label("Kurang baik", exact=True).check()
    page.get_by_label("Saya butuh balasan").check()
    page.get_by_label("Ceritakan lebih lanjut").fill(STORY)
    page.get_by_role("button", name="Kirim penilaian").click()
    page.get_by_label("Tambah foto atau PDF").set_input_files(picture(tmp_path))
    page.get_by_role("button", name="Kirim berkas").click()
    expect(page.locator(".attachments li")).to_have_count(1)
    with page.expect_response(re.compile("/lacak/berkas/")) as fetched:
        page.locator(".attachment-link").click()
    assert b"Exif" not in fetched.value.body()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "letters"), [(360, 200), (320, 100)], ids=["letters at 200 %", "zoom at 400 %"])
def test_large_letters_need_no_sideways_scrolling(site: Site, page: Page, width: int, letters: int) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    paths = [
        "/",
        f"/nilai/{site.place}",
        f"/lapor/{site.place}",
        f"/unit/{site.place}",
        "/lacak",
        f"/kios/{site.place}",
    ]
    wide: list[tuple[str, list[str]]] = []
    for path in paths:
        page.goto(site.url + path)
        page.evaluate("percent => { document.documentElement.style.fontSize = `${percent}%` }", letters)
        if over := page.evaluate(WIDER):
            wide.append((path, over))
    assert wide == []


def test_kiosk_goes_back_to_the_faces_by_itself(site: Site, page: Page) -> None:
    page.clock.install()
    page.goto(f"{site.url}/kios/{site.place}")
    page.get_by_role("button", name="Kurang baik", exact=True).click()
    expect(page.locator("h1")).to_have_text("Terima kasih!")
    page.get_by_label("Lama", exact=True).check()
    page.clock.run_for(THANKS_MILLISECONDS)
    expect(page.locator("h1")).to_contain_text("Bagaimana layanan")
    assert site.newest().rating == 2
    assert [cookie["name"] for cookie in page.context.cookies() if "remember" in cookie["name"]] == []

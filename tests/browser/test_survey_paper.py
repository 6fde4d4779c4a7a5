"""An officer with a pile of paper and nothing but a keyboard; with a line that breaks, and without scripts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from feedback_app.db import db
from feedback_app.identity.rules import Role
from feedback_app.survey.models import Response
from tests import factories as make
from tests.blueprints.surveyed import surveyed, today
from tests.browser.axe import violations
from tests.browser.sites import serving
from tests.conftest import Live

PILE = [
    ("p", "34", "5", "6", "344343434"),
    ("l", "19", "3", "6", "333333333"),
    ("L", "101", "", "1", "dcbadcbad"),
    ("2", "45", "0", "4", "30444 443"),
    ("p", "61", "7", "5", "111122223"),
]
STORED = [
    [3, 4, 4, 3, 4, 3, 4, 3, 4], [3] * 9, [4, 3, 2, 1, 4, 3, 2, 1, 4], [3, None, 4, 4, 4, None, 4, 4, 3],
    [1, 1, 1, 1, 2, 2, 2, 2, 3],
]  # fmt: skip
# Nobody turns a sheet and types fifteen keys faster than this; the page itself must take far less.
SECONDS_EACH = 2.0


@dataclass
class Counter:
    """A server with a surveyed unit, and a page on which its officer has begun a session."""

    live: Live
    address: str
    page: Page
    place: str

    def rows(self) -> list[Response]:
        with self.live.app.app_context():
            found = list(db.session().scalars(sa.select(Response).where(~Response.is_withdrawn)))
            db.session.remove()
            return found

    def answers(self) -> list[list[int | None]]:
        return sorted((row.answers for row in self.rows()), key=str)

    def begin(self) -> None:
        self.page.goto(f"{self.address}/petugas/skm/kertas")
        self.page.select_option("#place", self.place)
        self.page.get_by_role("button", name="Mulai mengetik").click()
        self.page.wait_for_url("**/kertas/*")

    def focused(self) -> str:
        found: str = self.page.evaluate("document.activeElement.name")
        return found

    def type_line(self, line: tuple[str, ...]) -> None:
        """One questionnaire by keys alone: fields of one key go on by themselves, others by Tab."""
        keys = self.page.keyboard
        sex, age, education, occupation, answers = line
        keys.type(sex)
        keys.type(age)
        if age == "101":
            assert self.focused() == "pendidikan"
        keys.type(education) if education else keys.press("Tab")
        keys.type(occupation)
        keys.type(answers)
        keys.press("Enter")


@pytest.fixture
def counter(browser: Browser, live: Live) -> Iterator[Counter]:
    with live.app.app_context():
        session = db.session()
        place = surveyed(session)
        officer = make.user(session)
        make.grant(session, officer, Role.OFFICER, place.agency, place.unit)
        session.commit()
        key, email = f"{place.period.id}-{place.unit.id}-0", officer.email
        db.session.remove()
    with serving(live) as address, browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        sign_in(page, address, email)
        yield Counter(live, address, page, key)


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/masuk")
    page.fill("#email", email)
    page.fill("#password", make.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/petugas/**")


@pytest.mark.slow
def test_five_questionnaires_are_typed_with_keys_alone(counter: Counter, capsys: pytest.CaptureFixture[str]) -> None:
    counter.begin()
    assert counter.focused() == "tanggal"
    counter.page.keyboard.type(today().strftime("%d%m"))
    counter.page.keyboard.press("Tab")
    counter.page.keyboard.type("1")
    began = time.perf_counter()
    for line in PILE:
        assert counter.focused() == "kelamin"
        counter.type_line(line)
    typed = time.perf_counter() - began
    expect(counter.page.locator("[data-paper-saved] strong")).to_have_text("Kertas ke-6")
    expect(counter.page.locator(".paper-recent li")).to_have_count(5)
    with capsys.disabled():
        print(f"\n{typed / len(PILE):.2f} s a questionnaire, of {sum(map(len, map(''.join, PILE))) // len(PILE)} keys")
    assert typed / len(PILE) < SECONDS_EACH
    assert counter.answers() == sorted(STORED, key=str)
    assert {row.answered_on for row in counter.rows()} == {today()}
    assert counter.focused() == "kelamin"


@pytest.mark.slow
def test_an_early_enter_is_held_once_and_a_wrong_key_is_not_taken(counter: Counter) -> None:
    counter.begin()
    keys = counter.page.keyboard
    keys.type(today().strftime("%d%m"))
    counter.page.locator("#q-persyaratan").focus()
    keys.type("7")
    expect(counter.page.locator("[data-paper-told]")).to_be_visible()
    assert counter.focused() == "q-persyaratan"
    keys.type("34")
    keys.press("Backspace")
    assert counter.focused() == "q-prosedur"
    keys.type("2")
    keys.press("Enter")
    expect(counter.page.locator("[data-paper-told]")).to_contain_text("Enter sekali lagi")
    assert counter.focused() == "q-waktu"
    keys.press("Enter")
    expect(counter.page.locator("[data-paper-saved] strong")).to_have_text("Kertas ke-2")
    assert counter.answers() == [[3, 2, *[None] * 7]]


@pytest.mark.slow
def test_what_a_broken_line_held_back_is_sent_once_when_it_is_there_again(counter: Counter) -> None:
    counter.begin()
    counter.page.keyboard.type(today().strftime("%d%m"))
    counter.page.locator("#kelamin").focus()
    is_lost = [True]

    def line(route: Route) -> None:
        # The first request arrives, and its answer is lost on the way back.
        if is_lost[0]:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    counter.page.route("**/kertas/*", line)
    for one in PILE[:2]:
        counter.type_line(one)
    expect(counter.page.locator("[data-paper-waiting]")).to_contain_text("2 kuesioner")
    assert counter.focused() == "kelamin"
    is_lost[0] = False
    expect(counter.page.locator("[data-paper-saved] strong")).to_have_text("Kertas ke-3", timeout=15_000)
    expect(counter.page.locator("[data-paper-waiting]")).to_be_hidden()
    assert counter.answers() == sorted(STORED[:2], key=str)


@pytest.mark.slow
def test_a_refused_line_comes_back_to_be_mended_while_others_go_on(counter: Counter) -> None:
    counter.begin()
    counter.page.keyboard.type("3113")
    counter.page.locator("#kelamin").focus()
    counter.type_line(PILE[0])
    expect(counter.page.locator("[data-paper-refused]")).to_contain_text("Tanggal ditulis seperti")
    assert not counter.rows()
    counter.page.get_by_role("button", name="Perbaiki kuesioner ini").click()
    assert counter.focused() == "tanggal"
    expect(counter.page.locator("#q-prosedur")).to_have_value("4")
    counter.page.keyboard.type(today().strftime("%d%m"))
    counter.page.keyboard.press("Enter")
    expect(counter.page.locator("[data-paper-saved] strong")).to_have_text("Kertas ke-2")
    assert counter.answers() == STORED[:1]


@pytest.mark.slow
def test_a_slip_is_taken_back_without_leaving_the_line(counter: Counter) -> None:
    counter.begin()
    counter.page.keyboard.type(today().strftime("%d%m"))
    counter.page.locator("#kelamin").focus()
    for one in PILE[:2]:
        counter.type_line(one)
    expect(counter.page.locator(".paper-recent li")).to_have_count(2)
    counter.page.get_by_role("button", name="Hapus baris ini 2").click()
    expect(counter.page.locator(".paper-recent li")).to_have_count(1)
    assert counter.focused() == "kelamin"
    assert counter.answers() == STORED[:1]


@pytest.mark.slow
def test_without_scripts_enter_saves_and_gives_the_next_line(browser: Browser, counter: Counter) -> None:
    cookies = counter.page.context.cookies()
    with browser.new_context(java_script_enabled=False) as context:
        context.add_cookies(cookies)  # type: ignore[arg-type]
        counter.page = context.new_page()
        counter.begin()
        counter.page.fill("#tanggal", today().strftime("%d-%m-%Y"))
        for name, given in zip(("persyaratan", "prosedur", "waktu"), "342", strict=True):
            counter.page.fill(f"#q-{name}", given)
        counter.page.keyboard.press("Enter")
        expect(counter.page.locator("[data-paper-saved] strong")).to_have_text("Kertas ke-2")
        expect(counter.page.locator("#kelamin")).to_be_focused()
        expect(counter.page.locator("#q-waktu")).to_have_value("")
    assert counter.answers() == [[3, 4, 2, *[None] * 6]]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["id", pytest.param("en", marks=pytest.mark.exhaustive)])
def test_axe_finds_nothing_on_the_pages_of_paper(counter: Counter, language: str) -> None:
    page = counter.page
    if language == "en":
        page.get_by_role("button", name="English").click()
    page.goto(f"{counter.address}/petugas/skm/kertas")
    found = violations(page)
    page.select_option("#place", counter.place)
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/kertas/*")
    page.keyboard.type(today().strftime("%d%m"))
    page.locator("#kelamin").focus()
    counter.type_line(PILE[0])
    expect(page.locator(".paper-recent li")).to_have_count(1)
    found += violations(page)
    for address in ("berkas", "kiriman"):
        page.goto(f"{counter.address}/petugas/skm/{address}")
        found += violations(page)
    content = ",".join(f"u{n}" for n in range(1, 10)) + "\n3,3,3,3,3,3,3,3,3\n3,3,3,9,3,3,3,3,3\n"
    page.goto(f"{counter.address}/petugas/skm/berkas")
    page.set_input_files("#file", {"name": "survei.csv", "mimeType": "text/csv", "buffer": content.encode()})
    page.select_option("#place", counter.place)
    page.check("#order-0")
    page.fill("#day", today().strftime("%d-%m-%Y"))
    page.locator("main form[enctype] button[type=submit]").click()
    expect(page.locator("#kesalahan")).to_be_visible()
    found += violations(page)
    assert found == []

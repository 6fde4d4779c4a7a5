"""A passkey made and shown for real: the browser's own, with a virtual authenticator behind it."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from feedback_app.blueprints.factors import QUIET_ZONE
from feedback_app.db import db
from feedback_app.identity.factors.totp import address_for_apps
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.browser.sites import serving
from tests.browser.windows import open_window
from tests.conftest import Live, application

SMALL_PHONE = 360


@pytest.fixture
def site(live: Live) -> Iterator[tuple[str, str]]:
    """A site that asks evaluators for a second factor, under the one name that needs no HTTPS; and an evaluator."""
    asking = Live(application(replace(live.settings, second_factor="required")), live.settings, live.environ)
    with asking.app.app_context():
        who = make.user(db.session(), name="Petrus Kelen")
        make.grant(db.session(), who, Role.EVALUATOR, make.agency(db.session()))
        db.session.commit()
        email = who.email
    with serving(asking) as url:
        yield url.replace("127.0.0.1", "localhost"), email
    with asking.app.app_context():
        db.engine.dispose()


def give_authenticator(page: Page) -> None:
    """Put a telephone with a fingerprint behind the browser (Chrome DevTools Protocol, domain WebAuthn)."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def modules_meant(page: Page, email: str) -> list[list[bool]]:
    """The picture that holds the secret which the page shows in letters."""
    letters = page.locator(".typed-secret").inner_text().replace(" ", "")
    drawn = segno.make(address_for_apps(b32decode(letters), email), error="m", micro=False)
    return [[bool(module) for module in row] for row in drawn.matrix]


def modules_seen(page: Page) -> list[list[bool]]:
    """What a telephone sees of the picture: whether the middle of each module is dark."""
    picture = Image.open(BytesIO(page.locator("svg.app-qr").screenshot())).convert("L")
    across = int(float(page.locator("svg.app-qr").get_attribute("viewBox").split()[2]))  # type: ignore[union-attr]
    # The frame around the picture is a pixel wide.
    size = (picture.width - 2) / across
    places = [1 + round((at + 0.5) * size) for at in range(QUIET_ZONE, across - QUIET_ZONE)]
    return [[picture.getpixel((x, y)) < 128 for x in places] for y in places]  # type: ignore[operator]


def sign_in(page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/masuk")
    page.get_by_label("Surel").fill(email)
    page.get_by_label("Kata sandi", exact=True).fill(make.PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()


def test_an_evaluator_makes_a_passkey_and_signs_in_with_it(browser: Browser, site: tuple[str, str]) -> None:
    url, email = site
    with open_window(browser, SMALL_PHONE) as window:
        page = window.page
        give_authenticator(page)
        sign_in(page, url, email)
        # Whatever is opened leads here until there is a second factor.
        expect(page.get_by_role("heading", name="Keamanan akun")).to_be_visible()
        page.goto(f"{url}/petugas/evaluasi")
        expect(page.get_by_text("Wewenang Anda memerlukan faktor kedua.")).to_be_visible()
        window.examine("security")
        page.get_by_role("button", name="Siapkan aplikasi").click()
        expect(page.locator("svg.app-qr")).to_be_visible()
        page.get_by_text("Tidak dapat memindai?").click()
        window.examine("authenticator-app")
        assert modules_seen(page) == modules_meant(page, email)
        page.get_by_role("link", name="Keamanan akun").click()
        page.get_by_role("link", name="Tambah kunci sandi").click()
        page.get_by_label("Nama kunci sandi").fill("Ponsel saya")
        window.keep("new-passkey")
        page.get_by_role("button", name="Buat kunci sandi").click()
        expect(page.get_by_role("heading", name="Simpan kode pemulihan Anda")).to_be_visible()
        expect(page.locator(".code-list li")).to_have_count(10)
        window.examine("recovery-codes")
        page.get_by_role("link", name="Sudah saya simpan, lanjutkan").click()
        expect(page).to_have_url(f"{url}/petugas/")
        page.get_by_role("button", name="Keluar").click()
        sign_in(page, url, email)
        expect(page.get_by_role("heading", name="Langkah kedua")).to_be_visible()
        window.examine("second-step")
        window.page.get_by_role("button", name="Pakai kunci sandi").click()
        expect(page).to_have_url(f"{url}/petugas/")
        page.goto(f"{url}/petugas/akun/keamanan")
        expect(page.locator(".factor strong")).to_have_text("Ponsel saya")
        window.examine("security-with-passkey")
        page.goto(f"{url}/petugas/konfirmasi")
        window.examine("step-up")
        page.get_by_role("button", name="Konfirmasi dengan kunci sandi").click()
        expect(page).to_have_url(f"{url}/petugas/")


@pytest.mark.slow
def test_without_scripts_the_second_step_says_to_use_a_code(browser: Browser, site: tuple[str, str]) -> None:
    url, email = site
    with open_window(browser, SMALL_PHONE) as window:
        give_authenticator(window.page)
        sign_in(window.page, url, email)
        window.page.goto(f"{url}/petugas/akun/keamanan/kunci-sandi")
        window.page.get_by_label("Nama kunci sandi").fill("Laptop")
        window.page.get_by_role("button", name="Buat kunci sandi").click()
        code = window.page.locator(".code-list li").first.inner_text()
    plain = browser.new_context(viewport={"width": SMALL_PHONE, "height": 800}, java_script_enabled=False)
    page = plain.new_page()
    sign_in(page, url, email)
    expect(page.get_by_role("button", name="Pakai kunci sandi")).to_be_hidden()
    expect(page.get_by_text("Tombol kunci sandi tidak tampil?")).to_be_visible()
    page.get_by_label("Kode pemulihan").fill(code.lower())
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page).to_have_url(f"{url}/petugas/")
    plain.close()

"""An employee reads their own result and answers to it, and a reviewer decides, each in a window of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from feedback_app.db import db
from feedback_app.evaluation.replies.rules import ContestKind
from tests.browser.sites import serving
from tests.browser.windows import SignIn, signing_in
from tests.conftest import Live
from tests.evaluation.replies.people import BAD_WORDS, WORDS, Replies, open_for_replies
from tests.intake import files

STATEMENT = "Loket kami kekurangan satu petugas sepanjang bulan Mei."
WHY = "Surat cuti cocok dengan daftar jaga; penilaian hari itu bukan untuk pegawai ini."


@dataclass(frozen=True)
class Site:
    """A running site with an employee who may reply, and everybody who has a part in it."""

    url: str
    cycle: int
    contest: int
    emails: dict[str, str]


def told(replies: Replies) -> dict[str, str]:
    people = {"employee": replies.account, "evaluator": replies.evaluator, "reviewer": replies.reviewer}
    return {name: user.email for name, user in people.items()}


@pytest.fixture
def site(live: Live, tmp_path: Path) -> Iterator[Site]:
    with live.app.app_context():
        replies = open_for_replies(
            db.session(), tmp_path / "files",
            [(1, BAD_WORDS), (2, "Lama sekali menunggu."), (4, "Ramah dan cepat."), (4, "Jelas sekali.")],
        )  # fmt: skip
        contest = replies.file(replies.thing(ContestKind.FIGURE)).id
        cycle, emails = replies.cycle.id, told(replies)
        db.session().commit()
    with serving(live) as url:
        yield Site(url, cycle, contest, emails)


@pytest.fixture(params=[pytest.param(360, id="phone", marks=pytest.mark.exhaustive), pytest.param(1280, id="desk")])
def sign_in(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[SignIn]:
    """Sign somebody in, in a window of their own."""
    with signing_in(browser, request.param, site.url, site.emails) as sign_in:
        yield sign_in


def test_an_employee_reads_the_own_figure_down_to_its_evidence_and_answers(sign_in: SignIn) -> None:
    window = sign_in("employee")
    page = window.page
    page.get_by_role("link", name="Hak jawab").click()
    expect(page.get_by_text("Anda dinilai oleh 44 kunjungan.")).to_be_visible()
    window.examine("own-result")
    groups = page.get_by_role("region", name="Kelompok penilaian")
    expect(groups.get_by_role("row", name="Loket Pelayanan").first).to_contain_text("satu-satunya penanggung jawab")
    expect(page.get_by_text(BAD_WORDS).first).to_be_visible()
    page.get_by_role("textbox", name="Pernyataan Anda").fill(STATEMENT)
    page.get_by_role("button", name="Simpan pernyataan").click()
    expect(page.get_by_role("status")).to_contain_text("Pernyataan Anda disimpan")
    expect(page.get_by_role("textbox", name="Pernyataan Anda")).to_have_value(STATEMENT)
    page.get_by_role("link", name="Sanggah penilaian ini").first.click()
    window.keep("own-contest")
    page.get_by_role("button", name="Kirim sanggahan").click()
    expect(page.get_by_role("alert")).to_contain_text("Pilih salah satu alasan.")
    window.examine("own-contest-error")
    page.get_by_label("Bukan saya yang melayani").check()
    page.get_by_label("Jelaskan dengan kata-kata Anda").fill(WORDS)
    page.get_by_label("Berkas pendukung").set_input_files(
        {"name": "cuti.png", "mimeType": "image/png", "buffer": files.written("PNG")}
    )
    page.get_by_role("button", name="Kirim sanggahan").click()
    expect(page.get_by_role("status")).to_contain_text("Sanggahan")
    expect(page.locator("[id^=sanggahan-]")).to_have_count(2)
    window.keep("own-result-contested")


def test_a_reviewer_decides_a_contest_and_the_employee_reads_why(site: Site, sign_in: SignIn) -> None:
    evaluator = sign_in("evaluator").page
    evaluator.goto(f"{site.url}/petugas/evaluasi/{site.cycle}")
    evaluator.get_by_role("link", name="Lihat sanggahan").click()
    evaluator.get_by_role("link", name="Rambu Ana").click()
    evaluator.get_by_role("combobox", name="Penelaah").select_option(label="Penelaah Netral")
    evaluator.get_by_role("button", name="Tunjuk penelaah").click()
    expect(evaluator.get_by_role("status")).to_contain_text("Penelaah ditunjuk")
    window = sign_in("reviewer")
    page = window.page
    page.get_by_role("link", name="sanggahan menunggu putusan Anda").click()
    window.keep("review-list")
    page.get_by_role("link", name="Rambu Ana").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    window.examine("review")
    page.get_by_role("button", name="Simpan putusan").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Tidak diterima").check()
    page.get_by_label("Penjelasan untuk pegawai").fill(WHY)
    page.get_by_role("button", name="Simpan putusan").click()
    expect(page.get_by_role("status")).to_contain_text("Putusan disimpan")
    expect(page.get_by_text("Sudah Anda putus")).to_be_visible()
    employee = sign_in("employee").page
    employee.goto(f"{site.url}/petugas/saya/{site.cycle}")
    decided = employee.locator(f"#sanggahan-{site.contest}")
    expect(decided).to_contain_text("Tidak diterima")
    expect(decided).to_contain_text(WHY)


@pytest.mark.exhaustive
def test_axe_objects_to_nothing_on_the_pages_of_one_person_in_english(site: Site, sign_in: SignIn) -> None:
    window = sign_in("employee")
    window.page.get_by_role("button", name="English").click()
    for step, path in (("record", ""), ("result", f"/{site.cycle}")):
        window.page.goto(f"{site.url}/petugas/saya{path}")
        expect(window.page.locator("html")).to_have_attribute("lang", "en")
        window.examine(f"own-{step}-en")
    window.page.locator("a.own-contest").first.click()
    expect(window.page.get_by_role("group").first).to_be_visible()
    window.examine("own-contest-en")

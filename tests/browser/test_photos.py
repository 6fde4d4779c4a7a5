"""Photos sent with a report by the script: the text first, then one by one, and what failed is said on the receipt."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, expect

from feedback_app.db import db
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from tests.browser.test_citizen import Site, site
from tests.intake import files

SITE_FIXTURE = site


@pytest.mark.slow
def test_photos_follow_the_text_and_the_one_that_failed_is_named(site: Site, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "loket.jpg").write_bytes(files.written("JPEG"))
    (tmp_path / "surat.pdf").write_bytes(files.PDF)
    (tmp_path / "gerak.gif").write_bytes(b"GIF89a")
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(f"{site.url}/lapor/{site.agency_code}/dukcapil")
    page.set_input_files("#photos", [tmp_path / name for name in ("loket.jpg", "gerak.gif", "surat.pdf")])
    page.click(".btn-send")
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert page.evaluate("document.querySelector('#photos').files.length") == 3
    page.fill("#happened", "Sudah tiga minggu berkas saya belum diproses di loket satu.")
    page.check("input[name=kind][value=complaint]")
    page.click(".btn-send")
    page.wait_for_url("**/diterima")
    expect(page.locator("[data-photos-failed]")).to_contain_text("gerak.gif")
    expect(page.locator("#lampiran .attachments li")).to_have_count(2)
    page.set_input_files("#files", tmp_path / "loket.jpg")
    page.click("#lampiran button[type=submit]")
    expect(page.locator("#lampiran .attachments li")).to_have_count(3)
    expect(page.locator("[data-photos-failed]")).to_be_hidden()
    with site.live.app.app_context():
        assert len(list(db.session().scalars(sa.select(Submission)))) == 1
        kinds = sorted(row.kind.value for row in db.session().scalars(sa.select(Attachment)))
        assert kinds == ["document", "photo", "photo"]
    page.close()

"""`feedback skm report`, from a terminal."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from feedback_app.db import db
from feedback_app.reporting.files import CHECKSUMS, ReportFile
from tests import factories as make
from tests.cli.test_commands import Run, run  # noqa: F401 - a fixture
from tests.conftest import Live
from tests.reporting.surveys import held


def test_every_file_is_written_with_its_hash_and_again_the_same(live: Live, run: Run, tmp_path: Path) -> None:  # noqa: F811
    with live.app.app_context():
        session = db.session()
        agency = make.agency(session, code="kupang")
        held(session, agency, [make.unit(session, agency, code="dukcapil")], code="2026-s1")
        session.commit()
        db.session.remove()
    asked = ["skm", "report", "--agency", "kupang", "--unit", "dukcapil", "--period", "2026-s1", "--output"]
    first, again = run(*asked, str(tmp_path / "a")).output, run(*asked, str(tmp_path / "b")).output
    assert first == again
    told = {line[66:]: line[:64] for line in first.splitlines()}
    assert told == {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in (tmp_path / "a").iterdir()}
    assert set(told) == {f"skm-kupang-dukcapil-2026-s1-{ending}" for ending in (CHECKSUMS, *ReportFile)}
    run(*asked, str(tmp_path / "c"), "--public")
    metadata = tmp_path / "c" / "skm-kupang-dukcapil-2026-s1-publik-metadata.json"
    assert json.loads(metadata.read_text())["jumlah_responden"] == 12


def test_a_period_that_is_not_there_is_named(live: Live, run: Run) -> None:  # noqa: F811
    with live.app.app_context():
        make.agency(db.session(), code="kupang")
        db.session.commit()
        db.session.remove()
    answer = run("skm", "report", "--agency", "kupang", "--period", "1999-s1", code=1)
    assert "1999-s1" in str(answer.exception)

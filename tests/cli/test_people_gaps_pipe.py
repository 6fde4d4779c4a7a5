"""`feedback people gaps` whose reader goes away, as `head` does."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from feedback_app import clock
from feedback_app.db import db
from tests import factories as make
from tests.conftest import Live

MANY = 400

PIPE_BYTES = 4096
"""The least a pipe holds: what 400 people take would fit into an ordinary one before its reader is gone."""


@pytest.mark.slow
def test_a_reader_who_has_seen_enough_gets_no_traceback(live: Live) -> None:
    with live.app.app_context():
        agency = make.agency(db.session(), code="kupang")
        for number in range(MANY):
            make.employee(db.session(), agency, name=f"Pegawai {number} {'x' * 80}")
        db.session.commit()
        db.session.remove()
    today = str(clock.utcnow().date())
    command = "from feedback_app.cli import run; run()"
    words = ["people", "gaps", "--agency", "kupang", "--from", today, "--to", today]
    with subprocess.Popen(
        [sys.executable, "-c", command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        pipesize=PIPE_BYTES, env={**os.environ, **live.environ},
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.read(1)
        program.stdout.close()
        said = program.stderr.read().decode()
    assert program.returncode == 1, said
    assert "Traceback" not in said
    assert "BrokenPipe" not in said

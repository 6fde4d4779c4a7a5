from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from feedback_app.config import Settings, project_root
from feedback_app.supervisor import start_servers
from feedback_app.supervisor.children import exported
from tests.supervisor.conftest import free_port, new_home, remove

pytestmark = pytest.mark.timeout(120)


def prepare(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "feedback_app.cli.service"]
    return subprocess.run(
        command, env={**os.environ, **environment}, cwd=project_root(), capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_preparation_brings_an_empty_database_to_the_newest_revision(spoiled: Settings) -> None:
    reached = start_servers(spoiled, fsync=False)
    done = prepare(exported(reached, free_port()))
    assert done.returncode == 0, done.stderr
    names = sorted(path.stem for path in (project_root() / "migrations" / "versions").glob("0*.py"))
    with psycopg.connect(reached.database_url or "") as link:
        assert link.execute("SELECT version_num FROM alembic_version").fetchall() == [(names[-1],)]


@pytest.mark.slow
def test_a_preparation_without_a_database_ends_with_one_sentence_about_it() -> None:
    home: Path = new_home()
    home.mkdir()
    port = free_port()
    url = f"postgresql://user:secret-word@127.0.0.1:{port}/suara"
    done = prepare({"DATABASE_URL": url, "SECRET_KEY": "s" * 32, "FEEDBACK_HOME": str(home)})
    remove(home)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "refused" in last
    assert "secret-word" not in last

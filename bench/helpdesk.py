"""Our submits against those of django-helpdesk, in one run: same machine, same PostgreSQL, same server, 16 clients.

It is installed from the package index into an environment of its own, outside the project, and set up as its manual
says; whatever would slow it down and is not the submit itself (mail, debugging, new connections) is off.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from bench.load import SERIAL
from bench.report import Row
from bench.stage import Stage, environment, free_port, process, wait_for_port
from bench.submit import PATH, nothing_pending
from bench.web import CLIENTS, GRANIAN, Served, filled, measured, serving
from feedback_app import config

VERSION: Final = "2.6.1"
PACKAGES: Final = (f"django-helpdesk=={VERSION}", "Django>=5.2,<5.3", "granian", "psycopg[binary]")
DEFAULT_FOLDER: Final = Path(tempfile.gettempdir()) / "suara-bench-helpdesk"
DATABASE: Final = "helpdesk"
SUBMIT_PATH: Final = "/tickets/submit/"
STORY: Final = f"Saya antre empat jam di loket kependudukan dan tidak ada kabar, nomor {SERIAL}. Mohon dijelaskan."
OURS: Final = {"rating": "1", "reasons": "slow", "text": STORY, "wants_reply": "y"}
THEIRS: Final = {"title": "Antre empat jam", "body": STORY, "submitter_email": "warga@contoh.id"}


def run(stage: Stage, *, seconds: float, runs: int, folder: Path) -> list[Row]:
    """Measure both in turn, `runs` times; return the medians. Without the package there is nothing to compare."""
    python = installed(folder)
    if python is None:
        return []
    extra = prepared(stage, python)
    ours, theirs = [], []
    for _ in range(runs):
        nothing_pending(stage)
        with serving(stage) as web:
            ours.append(_rate(web, PATH, OURS, seconds, status=303))
        theirs.append(_their_rate(stage, python, extra, seconds))
    what = f"ratings with a story that asks for a reply, against tickets of django-helpdesk {VERSION}"
    return [Row("P4", what, statistics.median(ours), statistics.median(theirs), "/s", 4.0, at_least=True)]


def installed(folder: Path) -> str | None:
    """Return the Python of an environment with django-helpdesk, built the first time; None where it cannot be."""
    python, done = folder / "bin" / "python", folder / f"installed-{VERSION}"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        tried = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if tried.returncode:
            reason = (tried.stderr.strip().splitlines() or ["no reason given"])[-1]
            print(f"helpdesk: skipped, django-helpdesk could not be installed: {reason}", file=sys.stderr)
            return None
        done.touch()
    return str(python)


def prepared(stage: Stage, python: str) -> dict[str, str]:
    """Make a database beside ours with its tables and one public queue; return how its processes reach it."""
    url = make_url(str(stage.settings.database_url))
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    host, port = url.query.get("host") or url.host or "", url.port or ""
    known = {"NAME": DATABASE, "USER": url.username, "PASSWORD": url.password, "HOST": host, "PORT": str(port)}
    extra = {"HELPDESK_DATABASE": json.dumps(known)}
    _tickets(stage, python, extra)
    return extra


def _tickets(stage: Stage, python: str, extra: dict[str, str]) -> int:
    """Bring its database up to date; return how many tickets it holds."""
    done = subprocess.run(
        [python, "-m", "bench.django_site.prepare"], env={**environment(stage), **extra}, cwd=config.project_root(),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return int(done.stdout.split()[-1])


def _their_rate(stage: Stage, python: str, extra: dict[str, str], seconds: float) -> float:
    port, before = free_port(), _tickets(stage, python, extra)
    command = (*GRANIAN, "--port", str(port), "bench.django_site.wsgi:app")
    with process(stage, *command, python=python, extra=extra) as running:
        wait_for_port(port)
        rate = _rate(Served(port, running), SUBMIT_PATH, THEIRS, seconds, status=302)
    if _tickets(stage, python, extra) - before < rate * seconds:
        raise RuntimeError("django-helpdesk answered without storing a ticket")
    return rate


def _rate(web: Served, path: str, fields: dict[str, str], seconds: float, *, status: int) -> float:
    requests = [filled(web.port, path, fields) for _ in range(CLIENTS)]
    return measured(web, requests, seconds=seconds, status=status)[0].rate

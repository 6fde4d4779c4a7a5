"""P11: the inbox, its filters and its search over 200,000 cases, against django-helpdesk's ticket list over as many.

Both are asked as a browser asks, signed in, one page after another: same machine, same PostgreSQL, same server. Their
list comes in two answers, the page and the rows that it loads; ours in one.
"""

from __future__ import annotations

import http.cookiejar
import re
import statistics
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from bench import helpdesk
from bench.inbox_rows import CASES, EMAILS, PASSWORD, RARE_WORD, filled, texts
from bench.report import Row
from bench.stage import Stage, environment, free_port, process, wait_for_port
from bench.web import GRANIAN, serving
from feedback_app import config

INBOX: Final = "/petugas/kotak-masuk"
ASKED: Final = {
    "the inbox": "",
    "page 20": "page=20",
    "what is late": "due=overdue",
    "one aspect": "aspect=fee",
    "what is most urgent": "urgency=critical",
    "what a rare word finds": f"q={urllib.parse.quote(RARE_WORD)}",
    "what a frequent word finds": "q=petugas",
    "a frequent word in what is to be done": "q=petugas&group=todo",
    "a word that nobody wrote": "q=xyzzyq",
}
# Enough that each of the server's processes has drawn the page before it is timed.
WARM: Final = 6
TIMES: Final = 9
_TOKEN: Final = re.compile(r'name="csrf(?:middleware)?_?token"[^>]*value="([^"]+)"')
_ROWS: Final = re.compile(r'"url": "(/datatables_ticket_list/[^"]+)"')
_FIRST_ROWS: Final = "draw=1&start=0&length=25&order%5B0%5D%5Bcolumn%5D=0&order%5B0%5D%5Bdir%5D=desc&search%5Bvalue%5D="


def run(stage: Stage, *, runs: int, folder: Path) -> list[Row]:
    """Fill both and time each page `runs` times nine; return the medians, or nothing without the package."""
    python = helpdesk.installed(folder)
    if python is None:
        return []
    filled(stage)
    ours = {email: _ours(stage, email, runs) for email in EMAILS}
    theirs = _theirs(stage, python, runs)
    return [
        Row("P11", f"{name} of {CASES:,} cases, {whose}, against the ticket list of django-helpdesk {helpdesk.VERSION}",
            ours[email][name], theirs, "ms", 0.1, at_least=False)
        for email, whose in zip(EMAILS, ("head of all units", "head of one unit"), strict=True)
        for name in ASKED
    ]  # fmt: skip


class _Visitor:
    """Somebody at a browser, with its cookies."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"
        jar = http.cookiejar.CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar)).open

    def get(self, path: str) -> str:
        with self._open(self._root + path, timeout=300) as answer:
            return str(answer.read().decode())

    def sign_in(self, path: str, fields: dict[str, str]) -> None:
        found = _TOKEN.search(self.get(path))
        if found is None:
            raise RuntimeError(f"{path} has no form")
        name = "csrfmiddlewaretoken" if "middleware" in found[0] else "csrf_token"
        sent = urllib.parse.urlencode({**fields, name: found[1]}).encode()
        with self._open(self._root + path, data=sent, timeout=300) as answer:
            answer.read()

    def time_of(self, paths: Sequence[str]) -> float:
        """Return the milliseconds until all of these are read."""
        started = time.perf_counter()
        for path in paths:
            self.get(path)
        return 1000 * (time.perf_counter() - started)


def _ours(stage: Stage, email: str, runs: int) -> dict[str, float]:
    with serving(stage) as web:
        visitor = _Visitor(web.port)
        visitor.sign_in("/masuk", {"email": email, "password": PASSWORD})
        if "data-inbox" not in visitor.get(INBOX):
            raise RuntimeError(f"{email} has no inbox")
        return {name: _median(visitor, [f"{INBOX}?{asked}"], runs) for name, asked in ASKED.items()}


def _theirs(stage: Stage, python: str, runs: int) -> float:
    extra = {**helpdesk.prepared(stage, python), "BENCH_USER": "kepala", "BENCH_PASSWORD": PASSWORD}
    lines = stage.settings.home / "tickets.txt"
    with lines.open("w", encoding="utf-8") as file:
        file.writelines(" ".join(text.split()) + "\n" for text in islice(texts(), CASES))
    command = [python, "-m", "bench.django_site.fill", str(lines)]
    done = subprocess.run(
        command,
        env={**environment(stage), **extra},
        cwd=config.project_root(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or int(done.stdout.split()[-1]) < CASES:
        raise RuntimeError(done.stderr or f"{done.stdout} tickets")
    port = free_port()
    with process(stage, *GRANIAN, "--port", str(port), "bench.django_site.wsgi:app", python=python, extra=extra):
        wait_for_port(port)
        visitor = _Visitor(port)
        visitor.sign_in("/admin/login/", {"username": "kepala", "password": PASSWORD, "next": "/tickets/"})
        found = _ROWS.search(visitor.get("/tickets/"))
        if found is None:
            raise RuntimeError("django-helpdesk shows no ticket list")
        listed = ["/tickets/", f"{found[1]}?{_FIRST_ROWS}"]
        return _median(visitor, listed, runs)


def _median(visitor: _Visitor, paths: Sequence[str], runs: int) -> float:
    for _ in range(WARM):
        visitor.get(paths[-1])
    return statistics.median(visitor.time_of(paths) for _ in range(TIMES * runs))

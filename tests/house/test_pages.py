"""The documents lead where they say: links, headings, commands, options, and what they copy of the code."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import click
import pytest

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.cli import main
from feedback_app.supervisor import children

ROOT: Final = config.project_root()
PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# A pipe within a table is written with a stroke before it; options that several commands share stand in no single one.
_COMMAND: Final = re.compile(r"(?<![\w/-])feedback((?: [a-z][a-z0-9-]*)+)((?: [^`\n]*)?)")
_SHOWN: Final = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def headings(path: Path) -> frozenset[str]:
    """Return the anchors of a page, as code hosts make them of its headings."""
    found: dict[str, int] = {}
    anchors = set()
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for title in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        anchors.add(f"{anchor}-{found[anchor]}" if anchor in found else anchor)
        found[anchor] = found.get(anchor, 0) + 1
    return frozenset(anchors)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    wrong = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in headings(target)):
            wrong.append(link)
    assert wrong == []


def test_every_page_can_be_found_from_the_readme() -> None:
    seen, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            if target.is_dir():
                waiting += sorted(target.glob("*.md"))
            elif target.suffix == ".md" and target.exists():
                waiting.append(target)
    assert {name(page) for page in PAGES} - {name(page) for page in seen} == set()


def test_every_file_of_the_code_that_a_page_names_exists() -> None:
    folders = ("feedback_app", "tests", "bench", "docs", "migrations", "scripts")
    there = [name(path) for folder in folders for path in (ROOT / folder).rglob("*.*")]
    told = {
        (name(page), path)
        for page in PAGES
        for span in re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
        for path in re.findall(r"(?<![\w./-])[\w.*-]+/[\w./*-]+\.(?:py|md|js|html|typ)\b", span)
    }
    assert len(told) > 100
    assert {one for one in told if not fnmatch.filter(there, one[1]) + fnmatch.filter(there, f"*/{one[1]}")} == set()


def calls() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block, span in _SHOWN.findall(page.read_text(encoding="utf-8")):
            for line in (block or span).replace("\\\n", " ").splitlines():
                for words, rest in _COMMAND.findall(line.partition("#")[0]):
                    yield name(page), f"{words} {rest}".strip()


def problem_of(call: str) -> str | None:
    """Return what of a call the program does not know; None where it knows all of it."""
    found: click.Command = main
    options = {option for one in found.params for option in one.opts}
    for word in re.split(r"[ |]+", call.replace("\\|", "|")):
        if isinstance(found, click.Group) and re.fullmatch(r"[a-z][a-z0-9-]+", word):
            known = found.get_command(click.Context(found), word)
            if known is None:
                return None if not isinstance(found, click.Group) or found.invoke_without_command else word
            found = known
            options |= {option for one in found.params for option in (*one.opts, *one.secondary_opts)}
        elif word.startswith("--") and word.partition("=")[0] not in options | {"--help"}:
            return word
    return None


def test_every_command_that_a_page_shows_exists_with_its_options() -> None:
    checked = [(page, call) for page, call in calls() if "|" not in call and "…" not in call.split()[0]]
    assert len(checked) > 100
    assert [(page, call) for page, call in checked if problem_of(call)] == []


def test_the_unit_of_the_web_server_starts_it_as_feedback_up_does() -> None:
    text = (ROOT / "docs/hardening.md").read_text(encoding="utf-8")
    (unit,) = re.findall(r"<!-- web-unit -->\n```ini\n(.*?)```\n<!-- /web-unit -->", text, re.DOTALL)
    (line,) = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
    settings = config.load({"DATABASE_URL": "postgresql://nobody@/nowhere", "SECRET_KEY": "x" * 40})
    assert line.split() == list(children.web_command(settings, 8000, "feedback_app.wsgi:app")[1:])


def test_the_proxy_of_the_page_takes_what_we_take_and_passes_on_what_we_believe() -> None:
    text = (ROOT / "docs/proxy.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"<!-- nginx -->\n```nginx\n(.*?)```\n<!-- /nginx -->", text, re.DOTALL)
    plain = re.sub(r"#.*", "", block)
    assert plain.count("{") == plain.count("}")
    assert set(re.findall(r"ssl_protocols (.+);", plain)) == {"TLSv1.2 TLSv1.3"}
    # What the first server of an address says of TLS holds for all of them, so each block says it.
    assert plain.count("ssl_protocols") == plain.count("listen 443")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", plain)
    app = create_app(config.load({"DATABASE_URL": "postgresql://nobody@/nowhere", "SECRET_KEY": "x" * 40}))
    largest = max(
        limits.request_bytes for view in app.view_functions.values() if (limits := getattr(view, "file_limits", None))
    )
    assert int(megabytes) * 2**20 >= largest
    (seconds,) = re.findall(r"client_header_timeout (\d+)s;", plain)
    assert int(seconds) * 1000 == children.HEADER_MILLISECONDS
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in plain
    assert "proxy_set_header Host $host;" in plain
    assert plain.index("location /api/") < plain.index("return 301")
    assert plain.count("access_log off;") == plain.count("server_name")

"""What no module of ours and no script of a page does, looked for in their source."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from feedback_app import config

PACKAGE = config.project_root() / "feedback_app"
SCRIPTS = PACKAGE / "static" / "js"

# Modules that reach other machines, or hand addresses to a library that does; each with whom it calls. Every address
# comes from a setting of the operator, none from a visitor.
CALLS_OUT = {
    "backup/tools.py": "the database of DATABASE_URL, to copy it and to try a copy",
    "blueprints/limits.py": "REDIS_URL, for budgets",
    "blueprints/sso_client.py": "an identity provider that was asked for, at addresses of its checked description",
    "blueprints/sso_metadata.py": "identity providers of OIDC_PROVIDERS_FILE",
    "cli/doctor_queue.py": "REDIS_URL",
    "intake/scanning.py": "the virus scanner of CLAMD_URL",
    "notifications/gateway.py": "WHATSAPP_GATEWAY_URL; redirects are refused",
    "notifications/smtp.py": "SMTP_URL",
    "queue.py": "REDIS_URL, for reminders of work",
    "storage.py": "the bucket of ATTACHMENTS_URL at S3_ENDPOINT_URL",
    "supervisor/children.py": "a free port of this machine is looked for",
    "supervisor/outside.py": "whether DATABASE_URL and REDIS_URL answer",
    "supervisor/ports.py": "a free port of this machine is looked for",
    "supervisor/postgres.py": "the socket of the embedded database",
    "supervisor/redis.py": "the socket of the embedded Redis",
    "worker.py": "REDIS_URL, for jobs",
}
_NETWORK = re.compile(
    r"socket$|socketserver|http\.(client|server)|urllib\.request|urllib3|requests$|requests\.(get|post|request|Session)"
    r"|httpx|aiohttp|websockets?|smtplib|ftplib|imaplib|poplib|telnetlib|nntplib|xmlrpc|paramiko|boto3$|botocore\.config"
    r"|redis$|redis\.(Redis|ConnectionPool|from_url)|psycopg\.connect|asyncio\.open_connection"
    r"|authlib\.integrations\.(flask_client|requests_client|httpx_client)"
)

# Where a script makes HTML of what the server answered, how often, and why it holds no words that could act.
MAKES_HTML = {
    "coach.js": (1, "report/coach.html, drawn and escaped by Jinja for the answer of /periksa"),
    "kiosk.js": (1, "a whole page of ours, parsed to take its main part; parsing runs nothing"),
    "photos.js": (1, "the receipt's page, parsed for the list of files; parsing runs nothing"),
    "survey.js": (1, "a whole page of ours, parsed to take its main part; parsing runs nothing"),
    "survey_paper.js": (2, "survey_paper/_saved.html, drawn and escaped by Jinja"),
}
_HTML = re.compile(
    r"\.innerHTML\s*\+?=(?!=)|\.outerHTML\s*\+?=(?!=)|insertAdjacentHTML|createContextualFragment|document\.write"
    r"|new DOMParser|setHTMLUnsafe|\.srcdoc|javascript:"
)


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield str(path.relative_to(PACKAGE)), ast.parse(path.read_text())


def scripts() -> Iterator[tuple[str, str]]:
    found = sorted(SCRIPTS.glob("*.js"))
    assert len(found) > 10
    for path in found:
        # Without comments, which may speak of anything.
        yield path.name, re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)


def names_in(module: ast.Module) -> Iterator[str]:
    """What a module imports, from where, and what of it by a dot; also what is imported by its name in words."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Call) and "import_module" in ast.dump(node.func):
            yield from (str(named.value) for named in node.args[:1] if isinstance(named, ast.Constant))


def test_only_listed_modules_reach_other_machines() -> None:
    calling = {path for path, module in modules() if any(_NETWORK.match(name) for name in names_in(module))}
    assert calling == set(CALLS_OUT)


def test_pages_are_drawn_from_files_alone() -> None:
    for path, module in modules():
        names = set(names_in(module))
        assert not [name for name in names if re.match(r"jinja2|flask\.render_template_string", name)], path
        for node in ast.walk(module):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert called not in {"render_template_string", "from_string"}, (path, node.lineno)


def test_scripts_make_html_of_our_own_answers_alone() -> None:
    found = Counter({name: len(_HTML.findall(text)) for name, text in scripts()})
    assert +found == Counter({name: times for name, (times, _why) in MAKES_HTML.items()})


def test_no_page_marks_words_of_others_as_html() -> None:
    safe = [
        (str(path.relative_to(PACKAGE)), found)
        for path in sorted((PACKAGE / "templates").rglob("*.html"))
        for found in re.findall(r"\{[^{}]*\|\s*safe\b|autoescape\s+false", path.read_text())
    ]
    assert {found for _path, found in safe} <= {"{% set official = ' lang=\"id\"'|safe"}


def test_scripts_leave_prototypes_alone() -> None:
    for name, text in scripts():
        assert not re.search(
            r"__proto__|\.prototype\b|setPrototypeOf|\bconstructor\s*\[|\beval\(|new Function", text
        ), name
        # Copied onto is only what a script has just made itself; nothing read from elsewhere is spread or merged.
        onto = re.findall(r"Object\.assign\(\s*([^,]+),", text)
        assert set(onto) <= {'document.createElement("li")'}, (name, onto)
        assert not re.search(r"\.\.\.\s*\(?\s*(?:await\s+)?(?:JSON\.parse|[\w.]*\.json\()", text), name
        assert not re.search(r"\b(?:merge|extend|deepmerge)\(", text), name
        for_in = re.findall(r"for\s*\(\s*(?:const|let|var)\s+\w+\s+in\s+", text)
        assert for_in == [], name


def test_the_looks_into_source_find_what_they_look_for() -> None:
    planted = "import socket\nimport importlib\nimportlib.import_module('boto3')\npsycopg.connect('x')"
    found = {name for name in names_in(ast.parse(planted)) if _NETWORK.match(name)}
    assert found == {"socket", "boto3", "psycopg.connect"}
    for words in ("a.innerHTML = b", "a.innerHTML += b", "a.insertAdjacentHTML('x', b)", "new DOMParser()"):
        assert _HTML.search(words), words
    assert not _HTML.search("if (a.innerHTML === b)")
    assert Path(SCRIPTS).is_dir()

"""What is asked before a release, and what goes with it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from types import ModuleType

import pytest

from feedback_app import config

ROOT = config.project_root()
TODAY = date(2026, 5, 12)


def script(name: str) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name.partition(".")[0], str(ROOT / "scripts" / name))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def answer(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


WEAK = {
    "name": "contoh", "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["1.1"], "description": "…"}],
}  # fmt: skip
SOUND = {"name": "utuh", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "asing", "skip_reason": "Dependency not found"}


def test_a_known_weakness_is_named_with_what_mends_it() -> None:
    found = script("audit").read(answer(WEAK, SOUND, UNKNOWN), {}, TODAY)
    assert found.weak == ("contoh 1.0: PYSEC-2026-1, mended in 1.1",)
    assert (found.known, found.unknown) == (2, 1)


@pytest.mark.parametrize(("until", "counts"), [(date(2026, 5, 13), False), (TODAY, True), (date(2026, 1, 1), True)])
@pytest.mark.parametrize("name", ["PYSEC-2026-1", "CVE-2026-1"])
def test_what_is_accepted_counts_again_from_its_day(name: str, until: date, counts: bool) -> None:
    assert bool(script("audit").read(answer(WEAK), {name: until}, TODAY).weak) is counts


@pytest.mark.parametrize(
    ("given", "strict", "code"),
    [
        (None, False, 0), (None, True, 1), (answer(UNKNOWN), False, 0), (answer(UNKNOWN), True, 1),
        (answer(SOUND), True, 0), (answer(WEAK), False, 1),
    ],
)  # fmt: skip
def test_nothing_known_is_said_and_never_passed_off_as_sound(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: str | None, strict: bool, code: int
) -> None:
    audit = script("audit")
    monkeypatch.setattr(audit, "asked", lambda: given)
    monkeypatch.setattr("sys.argv", ["audit", *(["--strict"] if strict else [])])
    assert audit.main() == code
    assert ("NOT AUDITED" in capsys.readouterr().out) is (given is None or "skip_reason" in given)


def test_a_bill_of_materials_holds_what_an_installation_gets_and_no_tool_of_developers() -> None:
    runtime = script("runtime_packages.py")
    lock = (ROOT / "requirements.lock").read_text()
    named = set(re.findall(r"^([\w.-]+)==", runtime.part(lock, runtime.needed("suara-layanan")), re.MULTILINE))
    assert named >= {"flask", "cryptography", "argon2-cffi", "cffi", "werkzeug", "psycopg-binary"}
    assert not named & {"pytest", "ruff", "mypy", "playwright", "hypothesis", "pip-audit"}

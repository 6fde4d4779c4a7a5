"""Who may open a citizen's contact: the notifier and those who look after the vault, nobody who draws a page."""

from __future__ import annotations

import ast

from feedback_app import config

ROOT = config.project_root() / "feedback_app"
MAY_OPEN = {"intake/recipients.py", "intake/vault_upkeep.py"}
OPENERS = {"open_sealed"}


def _opens(tree: ast.Module) -> bool:
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return bool(OPENERS & (names | attributes))


def test_only_the_notifier_and_the_upkeep_of_the_vault_open_what_is_sealed() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if _opens(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == MAY_OPEN


def test_the_notifier_is_run_by_jobs_alone() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if "recipient_of" in path.read_text(encoding="utf-8")
    }
    assert not {name for name in users if name.startswith(("blueprints/", "handling/"))}


def test_nothing_but_the_vault_itself_decrypts() -> None:
    found = {
        path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if "fernet" in path.read_text("utf-8").lower()
    }
    assert found <= {"intake/vault.py", "config.py"}

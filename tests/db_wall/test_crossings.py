"""The modules that look from one agency into another are known by name, and `docs/wall.md` says why each does."""

from __future__ import annotations

import ast
from pathlib import Path

from feedback_app.config import project_root

ROOT = project_root() / "feedback_app"
ACROSS = {
    "blueprints/agency_scope.py", "blueprints/platform_frame.py", "blueprints/sso_arrival.py",
    "handling/handing_on/referral_links.py", "handling/handing_on/referrals.py", "identity/closing.py",
    "identity/sign_ins.py", "intake/copies.py", "notifications/account_mail.py",
}  # fmt: skip
WHOLE_ACCOUNT = {
    "blueprints/staff_accounts.py", "identity/closing.py", "identity/factors/queries.py", "identity/factors/resets.py",
    "identity/sign_ins.py", "notifications/account_mail.py", "organisation/account_reach.py",
    "organisation/account_words.py", "organisation/whole_agencies.py",
}  # fmt: skip


def _imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in {"feedback_app.db_wall", "feedback_app.db_wall.scope"}
        for alias in node.names
    }


def test_whoever_crosses_the_wall_is_known_by_name() -> None:
    found = {str(path.relative_to(ROOT)): _imported(path) for path in ROOT.rglob("*.py")}
    assert {name for name, names in found.items() if "across" in names} == ACROSS
    assert {name for name, names in found.items() if "whole_account" in names} == WHOLE_ACCOUNT


def test_nobody_but_the_edge_says_which_agency_a_request_is_about() -> None:
    # `scope` is the module itself.
    names = {"enter", "build", "Scope", "scope"}
    found = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if _imported(path) & names}
    assert found == {"blueprints/agency_scope.py"}


def test_the_role_and_the_settings_are_named_in_one_place() -> None:
    words = ("suara.agency", "suara.user", "SET ROLE", "set_config(")
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in words)
    }
    assert found <= {"db_wall/scope.py", "db_wall/statements.py", "db_wall/problems.py"}

"""Every act that the code can note has a sentence for people, and no room writes without noting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from feedback_app.analysis.learning.models import ReviewState, UseReason
from feedback_app.blueprints.audit_words import ACTS, ROOMS, SUBJECTS
from feedback_app.config import project_root
from feedback_app.handling.bulk.models import BulkKind

CODE: Final = project_root() / "feedback_app"
_ACT: Final = re.compile(rf"(?:{'|'.join(ROOMS)})\.[a-z][a-z0-9_]*")
# Strings that look like an act and are none: endpoints, files, the beginning of an act.
NO_ACTS: Final = {
    "evaluation.json", "handling.bulk_", "handling.text_review_",
}  # fmt: skip
# What an act put together of parts may come out as. A new one that is not listed fails.
PUT_TOGETHER: Final[dict[str, set[str]]] = {
    "analysis.{}_model": {reason.value for reason in UseReason},
    "handling.{}_break_glass": {"ask", "approve", "confirm", "refuse", "end", "open"},
    "handling.bulk_{}": {kind.value for kind in BulkKind},
    "handling.text_review_{}": {state.value for state in ReviewState} - {"waiting"},
    "identity.{}": {
        "add_passkey", "add_totp", "factor_missed", "factor_misses_ended", "make_recovery_codes", "passkey_count_fell",
        "remove_passkey", "remove_totp", "rename_passkey", "reset_factors", "second_step_failed", "use_recovery_code",
    },
    "privacy.{}_breach": {"close", "dismiss"},
    "survey.{}_action": {"plan", "change", "move", "carry", "undo"},
}  # fmt: skip


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(CODE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def _endpoints() -> set[str]:
    """Names of pages: they look like acts, and stand in the same files."""
    from feedback_app.app import create_app
    from feedback_app.config import Settings

    app = create_app(Settings(CODE.parent / "instance", "postgresql://x@localhost/x", None, "x" * 40))
    return set(app.view_functions)


def _noted() -> set[str]:
    """Every string of the code that reads like an act."""
    found: set[str] = set()
    for path, tree in _sources():
        if path.name.startswith("audit_words"):
            continue
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ACT.fullmatch(node.value)
        }
    return found


def _patterns() -> set[str]:
    found: set[str] = set()
    for _path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
                if re.fullmatch(rf"(?:{'|'.join(ROOMS)})\.[a-z_{{}}]*", text):
                    found.add(text)
    return found


def test_every_act_has_a_sentence() -> None:
    acts = _noted() - NO_ACTS - (_endpoints() - set(ACTS))
    acts |= {pattern.replace("{}", part) for pattern, parts in PUT_TOGETHER.items() for part in parts}
    assert sorted(acts - set(ACTS)) == []


def test_no_sentence_is_of_an_act_that_nobody_does() -> None:
    acts = _noted() | {pattern.replace("{}", part) for pattern, parts in PUT_TOGETHER.items() for part in parts}
    assert sorted(set(ACTS) - acts) == []


def test_every_act_that_is_put_together_is_known() -> None:
    assert _patterns() == set(PUT_TOGETHER)


def test_every_subject_has_a_word() -> None:
    kinds = {
        str(keyword.value.value)
        for _path, tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "subject_type" and isinstance(keyword.value, ast.Constant)
    }
    assert len(kinds) > 30
    assert sorted(kind for kind in kinds if kind not in SUBJECTS) == []


def _is_changing(node: ast.AST) -> bool:
    """Tell whether a line changes rows by itself."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = ast.unparse(node.func.value)
    return (owner == "session" and node.func.attr in {"add", "add_all", "delete"}) or (
        owner == "sa" and node.func.attr in {"insert", "update", "delete"}
    )


def test_the_trail_is_written_by_its_own_room_alone() -> None:
    changing = {
        str(path.relative_to(CODE))
        for path, tree in _sources()
        for node in ast.walk(tree)
        if _is_changing(node) and "AuditEvent" in ast.unparse(node)
    }
    assert changing == {"audit/operations.py"}


@pytest.mark.parametrize("action", sorted(ACTS))
def test_a_sentence_follows_a_name(action: str) -> None:
    words = str(ACTS[action])
    assert words[0].islower()
    assert not words.endswith(".")

"""The number of the way words are divided changes with every list and pattern, and with nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from feedback_app.nlp.stored.spelling import spelling_hash
from feedback_app.nlp.text import normalise, tokens

fresh = spelling_hash.__wrapped__


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (tokens, "_TURNS", tokens._TURNS | {"melainkan-baru"}),
        (tokens, "NEGATORS", tokens.NEGATORS - {min(tokens.NEGATORS)}),
        (tokens, "_STOPS", frozenset(".")),
        (tokens, "NEGATION_WINDOW", 5),
        (tokens, "_TOKEN", re.compile(tokens._TOKEN.pattern, re.ASCII)),
        (normalise, "_TIME", re.compile(normalise._TIME.pattern + "(?:wib)?")),
        (normalise, "_URL_SIGNS", (*normalise._URL_SIGNS, ".desa.id")),
        (normalise, "_LONGEST_NUMBER", 6),
    ],
)  # fmt: skip
def test_another_list_or_pattern_is_another_spelling(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: object
) -> None:
    before = fresh()
    monkeypatch.setattr(module, name, value)
    assert fresh() != before


def test_another_process_finds_the_same() -> None:
    script = "from feedback_app.nlp.stored.spelling import spelling_hash; print(spelling_hash())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fresh()

"""The examples in the docstrings of the rules are true."""

from __future__ import annotations

import doctest
import importlib
import tomllib

from feedback_app.config import project_root


def test_the_examples_of_the_pure_modules_hold() -> None:
    contracts = tomllib.loads((project_root() / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    pure = next(contract["source_modules"] for contract in contracts if contract["id"] == "pure-rules")
    results = [doctest.testmod(importlib.import_module(name)) for name in pure]
    assert sum(result.attempted for result in results) > 0
    assert sum(result.failed for result in results) == 0

"""What docs/limits.md says is taken is what the code takes: every number, every budget, every costly address."""

from __future__ import annotations

import importlib
import re
from typing import Any, Final

import pytest
from flask import Flask

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.blueprints.budgets import BUDGETS
from feedback_app.blueprints.guessing import was_stored
from feedback_app.blueprints.staff_budgets import COSTLY, staff_budgets
from feedback_app.blueprints.uploads import FileLimits

PAGE: Final = (config.project_root() / "docs/limits.md").read_text(encoding="utf-8")
UNITS: Final = {"KB": (2**10, " KB"), "MB": (2**20, " MB"), "1000": (1000, "")}
# What a budget counts by, in the words of the page.
COUNTED_BY: Final = {
    "client_key": "network", "account_key": "account", "own_account": "account", "<lambda>": "all together",
    "account_and_client": "account and network", "browser_and_account": "account and browser",
    "pending_factor": "account",
}  # fmt: skip
VARIES: Final = "; less while it is guessed"


def constant(name: str) -> Any:
    """Return a value of the code by its path below `feedback_app`."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(("feedback_app", *parts[:cut])))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise LookupError(name)


def as_written(reference: str) -> str:
    name, _, unit = reference.partition("/")
    divided, suffix = UNITS[unit] if unit else (1, "")
    value = constant(name)
    assert value % divided == 0, reference
    return f"{int(value // divided):,}{suffix}"


def references() -> list[tuple[str, str]]:
    """Each constant that a line names, with the words of the line before it."""
    found = []
    for line in PAGE.splitlines():
        for note in re.finditer(r"<!-- from: (.+?) -->", line):
            shown = re.sub(r"<!--.*?-->", "", line)
            found += [(reference, shown) for reference in note[1].split(", ")]
    return found


@pytest.mark.parametrize(("reference", "shown"), references(), ids=lambda value: str(value)[:60])
def test_a_number_of_the_page_is_the_one_of_the_code(reference: str, shown: str) -> None:
    number = as_written(reference)
    assert re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d]|,\d)", shown), (number, reference)


def web() -> Flask:
    return create_app(config.load({"DATABASE_URL": "postgresql://nobody@/nowhere", "SECRET_KEY": "x" * 40}))


def budget_lines() -> list[str]:
    """Return the table of budgets as the page shows it."""
    lines = ["| budget | how often | counted by | only | why |", "|---|---|---|---|---|"]
    app = web()
    with app.test_request_context("/masuk", method="POST", data={"email": "siapa@kota.go.id"}):
        for one in (*BUDGETS, *staff_budgets(app)):
            pace = f"{one.limit()}{VARIES}" if callable(one.limit) else one.limit
            only = "all" if one.counts is None else "stored" if one.counts is was_stored else "misses"
            lines.append(f"| `{one.scope}` | {pace} | {COUNTED_BY[one.key.__name__]} | {only} | {one.why} |")
    return lines


def test_the_table_of_budgets_is_the_one_of_the_code() -> None:
    written = re.search(r"<!-- budgets -->\n(.*?)\n<!-- /budgets -->", PAGE, re.DOTALL)
    assert written is not None
    lines = budget_lines()
    assert written[1].split("\n") == lines, "put this between the marks:\n" + "\n".join(lines)


def test_what_is_costly_by_the_code_is_named_as_costly() -> None:
    told = PAGE.partition("## What is costly")[2]
    assert {endpoint for endpoint in COSTLY if f"`{endpoint}`" not in told} == set()


def test_every_address_that_takes_files_is_told_with_its_limits() -> None:
    found = {
        name: limits
        for name, view in web().view_functions.items()
        if isinstance(limits := getattr(view, "file_limits", None), FileLimits) and limits.files
    }
    # A new one needs a line in the table of files.
    assert set(found) == {
        "tracking.attach", "cases.proofs", "own_record.contest", "people_import.start", "survey_files.start",
    }  # fmt: skip
    largest = max(limits.request_bytes for limits in found.values()) // 2**20
    assert f"{largest} MB in all" in PAGE

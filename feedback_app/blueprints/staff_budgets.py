"""Budgets of signed-in people, one for each kind of work, laid upon every guarded endpoint by what it does.

They are far above what hands can do: they end a program that runs away with a session, not a busy morning. They count
by account, so that a whole office behind one address shares nothing.
"""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask_security import current_user

from feedback_app.blueprints.access import PUBLIC_ENDPOINTS
from feedback_app.blueprints.budgets import Budget
from feedback_app.blueprints.networks import client_key, keyed

# Drawing one takes seconds of a processor: a PDF, a workbook, a computation over all ratings, a look through a file.
COSTLY: Final = frozenset(
    {
        "board.as_csv", "board.as_json", "cases.wall_poster", "evaluation.compute", "evaluation.pack_file",
        "evaluation.talent_file", "own_record.pack", "people_import.apply", "people_import.start",
        "people_import.undo", "survey_files.start", "survey_files.store", "survey_paper.form", "survey_report.agency",
        "survey_report.unit",
    }
)  # fmt: skip


def account_key() -> str:
    """Return the mark of the signed-in account; of the client where nobody is."""
    return keyed(f"account {current_user.id}") if current_user.is_authenticated else client_key()


def staff_budgets(app: Flask) -> tuple[Budget, ...]:
    """Return the budgets of all guarded endpoints: for changes, for reading, and for what costs seconds."""
    methods: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in PUBLIC_ENDPOINTS:
            methods.setdefault(rule.endpoint, set()).update(rule.methods or ())
    costly = tuple(sorted(COSTLY & methods.keys()))
    return (
        Budget(
            "staff_costly", costly, "30 per minute; 300 per hour", "working",
            "a file that takes seconds to draw, or a computation over all ratings; people read what they fetched",
            key=account_key, methods=("GET", "POST"), soft=10,
        ),
        Budget(
            "staff_change", _with("POST", methods), "120 per minute; 2000 per hour", "working",
            "a quick hand answers two cases a minute, and a bulk act is one request", key=account_key, soft=30,
        ),
        Budget(
            "staff_reading", _with("GET", methods), "300 per minute", "working",
            "five pages a second is a program that copies", key=account_key, methods=("GET",), soft=60,
        ),
    )  # fmt: skip


def _with(method: str, methods: dict[str, set[str]]) -> tuple[str, ...]:
    return tuple(sorted(endpoint for endpoint, known in methods.items() if method in known))

"""The talent file as CSV or JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Final

from feedback_app.evaluation.evidence.talent import COLUMNS, PROVENANCE, Row
from feedback_app.safe_table import SafeTable

FORMAT: Final = "suara-layanan/talent/1"


def talent_csv(rows: Iterable[Row]) -> bytes:
    """Return the rows as CSV; a cell that a spreadsheet would run as a formula is made harmless.

    With a byte order mark: without one, Excel reads UTF-8 as something else.
    """
    written = io.StringIO()
    table = SafeTable(written)
    table.row(COLUMNS)
    for row in rows:
        table.row(row[name] for name in COLUMNS)
    return ("\ufeff" + written.getvalue()).encode()


def talent_json(rows: Iterable[Row]) -> bytes:
    """Return the rows as one JSON document."""
    document = {"format": FORMAT, "provenance": PROVENANCE, "rows": list(rows)}
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()

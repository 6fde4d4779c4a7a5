"""Read a list of people as it was uploaded into plain texts by row and column, with the reader of all tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from feedback_app.organisation.people.imports.fields import known_names
from feedback_app.survey.paper_tables import read_table
from feedback_app.survey.paper_values import Cell, Formula, plain

# A spreadsheet keeps fifteen digits of a number: what has more has lost its end.
_EXACT_BELOW: Final = 10**15


@dataclass(frozen=True, slots=True)
class ListRead:
    """The header of a list and its filled rows: numbered as a spreadsheet does, cells by the place of their column."""

    header: list[str]
    rows: list[tuple[int, dict[int, str]]]
    header_row: int = 1


def read_list(content: bytes, *, sheet: str | None = None) -> ListRead:
    """Return the rows of a CSV file or workbook; titles above the row that names the columns are left out.

    Raises
    ------
    feedback_app.survey.paper_workbooks.UnreadablePaperFileError
    feedback_app.survey.paper_workbooks.SheetNotNamedError
    """
    table = read_table(content, sheet=sheet, pick_header=_header_among)
    return ListRead(table.header, [(number, _texts(cells)) for number, cells in table.rows], table.header_row)


def _header_among(rows: Sequence[Sequence[str]]) -> int:
    """Return the row that names the most columns of lists of people, the first where none names any."""
    return max(range(len(rows)), key=lambda at: (known_names(rows[at]), -at))


def _texts(cells: Sequence[Cell]) -> dict[int, str]:
    return {place: text for place, cell in enumerate(cells) if (text := cell_text(cell))}


def cell_text(cell: Cell) -> str:
    """Return a cell as text: days as 2026-12-31, a number that lost its end in the way a spreadsheet shows it.

    >>> cell_text(198609262015051001.0), cell_text(True)
    ('1,98609E+17', 'ya')
    """
    if isinstance(cell, Formula):
        return "=" + cell.removeprefix("=")
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, int | float) and abs(cell) >= _EXACT_BELOW:
        return f"{float(cell):.5E}".replace(".", ",")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return plain(cell)

"""Turn one row of a file into one row to be staged, or say why not. Pure: no database, no file, no clock."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from feedback_app.intake.imports.directory import Directory
from feedback_app.intake.imports.mapping import Field
from feedback_app.intake.imports.moments import DateReading, Moment, read_moment
from feedback_app.intake.imports.problems import Reason, RowProblemError, shown
from feedback_app.intake.imports.values import (
    OWN_SCALE,
    Cell,
    Scale,
    cell_text,
    read_kind,
    read_rating,
    read_reply_wish,
    stored_text,
)
from feedback_app.intake.rules import KINDS_WITH_CASE, TEXT_MAX, SubmissionKind

ID_MAX: Final = 200
# Counted up when rows come to be read otherwise, so that no import continues under other rules than it began with.
READING_VERSION: Final = 1
DATES_REMEMBERED: Final = 4096


class SourceRow(NamedTuple):
    """A row as the file has it; `number` counts from 1 and includes the header, as a spreadsheet shows it."""

    number: int
    cells: Sequence[Cell]
    problem: RowProblemError | None = None


class Entry(NamedTuple):
    """A row that can be staged, in the order of the staging table's columns."""

    row_number: int
    unit_id: int
    service_id: int | None
    kind: str
    rating: int | None
    text: str | None
    wants_reply: bool | None
    occurred_on: date
    received_at: datetime
    external_id: str


@dataclass(frozen=True, slots=True)
class RowRules:
    """How the rows of one file are understood.

    `places` are the columns by field, counted from 0. What is not mapped comes from the fixed values: `unit` and
    `service` (words of the directory), `day`, `kind` and `wants_reply`. Nothing after `now` is believed.
    """

    source: str
    places: Mapping[Field, int]
    directory: Directory
    dates: DateReading
    now: datetime
    scale: Scale = field(default_factory=lambda: OWN_SCALE)
    unit: str | None = None
    service: str | None = None
    day: date | None = None
    kind: SubmissionKind = SubmissionKind.UNSPECIFIED
    wants_reply: bool | None = None


class RowReader:
    """Reads the rows of one file in order; it counts repeats, so a file needs a fresh one."""

    def __init__(self, rules: RowRules) -> None:
        self._rules = rules
        self._at = {name: rules.places.get(name) for name in Field}
        self._moment = lru_cache(maxsize=DATES_REMEMBERED)(self._read_moment)
        self._seen: dict[bytes, int] = {}

    def read(self, row: SourceRow) -> Entry:
        """Return the row as it will be staged.

        Raises
        ------
        RowProblemError
            With the reason that goes into the rejects file.
        """
        if row.problem is not None:
            raise row.problem
        cells = row.cells
        text = self._text(cells)
        rating = self._rating(cells)
        if text is None and rating is None:
            raise RowProblemError(Reason.SAYS_NOTHING, "Tidak ada teks dan tidak ada nilai.")
        moment = self._moment(self._cell(cells, Field.DATE))
        unit_id = self._rules.directory.unit(self._word(cells, Field.UNIT, self._rules.unit))
        service_id = self._rules.directory.service(unit_id, self._word(cells, Field.SERVICE, self._rules.service))
        kind = self._kind(cells, text, rating)
        # Without a text there is nothing to answer, whatever the form said.
        wish = self._reply_wish(cells) if text is not None else None
        return Entry(
            row.number, unit_id, service_id, kind.value, rating, text, wish, moment.on, moment.at,
            self._external_id(cells, unit_id, moment, rating, text),
        )  # fmt: skip

    def _cell(self, cells: Sequence[Cell], name: Field) -> Cell:
        place = self._at[name]
        return None if place is None else cells[place]

    def _word(self, cells: Sequence[Cell], name: Field, fixed: str | None) -> str:
        return fixed if fixed is not None else cell_text(self._cell(cells, name))

    def _text(self, cells: Sequence[Cell]) -> str | None:
        text = stored_text(self._cell(cells, Field.TEXT))
        if text is not None and len(text) > TEXT_MAX:
            raise RowProblemError(Reason.TEXT_TOO_LONG, f"Teks {len(text)} huruf; paling banyak {TEXT_MAX} huruf.")
        return text

    def _rating(self, cells: Sequence[Cell]) -> int | None:
        return read_rating(self._cell(cells, Field.RATING), self._rules.scale)

    def _read_moment(self, cell: Cell) -> Moment:
        if self._rules.day is not None:
            return read_moment(self._rules.day, self._rules.dates)
        raw = cell if isinstance(cell, date) else cell_text(cell)
        if not raw:
            raise RowProblemError(Reason.DATE_MISSING, "Tanggal tidak diisi.")
        moment = read_moment(raw, self._rules.dates)
        if moment.at > self._rules.now:
            raise RowProblemError(Reason.DATE_IN_FUTURE, f"Tanggal {shown(raw)} ada di masa depan.")
        return moment

    def _kind(self, cells: Sequence[Cell], text: str | None, rating: int | None) -> SubmissionKind:
        place = self._at[Field.KIND]
        kind = self._rules.kind if place is None else read_kind(cells[place])
        if kind is SubmissionKind.UNSPECIFIED and text is None:
            return SubmissionKind.RATING
        if kind in KINDS_WITH_CASE and text is None:
            raise RowProblemError(Reason.KIND_NEEDS_TEXT, "Pengaduan, saran, atau pertanyaan tanpa teks.")
        if kind is SubmissionKind.RATING and rating is None:
            raise RowProblemError(Reason.KIND_NEEDS_RATING, "Penilaian tanpa nilai.")
        return kind

    def _reply_wish(self, cells: Sequence[Cell]) -> bool | None:
        place = self._at[Field.REPLY]
        return self._rules.wants_reply if place is None else read_reply_wish(cells[place])

    def _external_id(
        self, cells: Sequence[Cell], unit_id: int, moment: Moment, rating: int | None, text: str | None
    ) -> str:
        given = stored_text(self._cell(cells, Field.ID))
        if given is None:
            return self._content_id(unit_id, moment, rating, text)
        if len(given) > ID_MAX:
            raise RowProblemError(Reason.ID_TOO_LONG, f"Nomor {len(given)} huruf; paling banyak {ID_MAX} huruf.")
        return given

    def _content_id(self, unit_id: int, moment: Moment, rating: int | None, text: str | None) -> str:
        """Return a name made of the content, and of how many times the file has said the same before.

        Two people may well write "bagus" on the same day: both count. The same file, or a longer one, gives the
        same names again, so nothing in it counts twice.
        """
        said = f"{self._rules.source}\x1f{unit_id}\x1f{moment.at.isoformat()}\x1f{rating}\x1f{same_text(text)}"
        content = hashlib.blake2b(said.encode(), digest_size=16).digest()
        times = self._seen[content] = self._seen.get(content, 0) + 1
        return f"content:{content.hex()}:{times}"


def same_text(text: str | None) -> str:
    """Return a text without the differences that copying makes: capitals, spacing, composed characters."""
    if text is None:
        return ""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().split())

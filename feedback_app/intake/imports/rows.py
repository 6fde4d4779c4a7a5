"""Turn one row of a file into one row to be staged, or say why not. Pure: no database, no file, no clock."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
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
ANSWERS_REMEMBERED: Final = 4096


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
        # A field that is not mapped is found in the empty cell that is put behind every row.
        self._pick = itemgetter(*(rules.places.get(name, -1) for name in Field))
        self._moment = lru_cache(maxsize=ANSWERS_REMEMBERED)(self._read_moment)
        self._place = lru_cache(maxsize=ANSWERS_REMEMBERED)(self._read_place)
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
        # In the order of `Field`.
        text_cell, rating_cell, date_cell, unit_cell, service_cell, kind_cell, id_cell, reply_cell = self._pick(
            (*row.cells, None)
        )
        text = _text(text_cell)
        rating = read_rating(rating_cell, self._rules.scale)
        if text is None and rating is None:
            raise RowProblemError(Reason.SAYS_NOTHING, "Tidak ada teks dan tidak ada nilai.")
        moment = self._moment(date_cell)
        unit_id, service_id = self._place(unit_cell, service_cell)
        kind = self._kind(kind_cell, text, rating)
        # Without a text there is nothing to answer, whatever the form said.
        wish = None if text is None else self._reply_wish(reply_cell)
        external_id = _given_id(id_cell) or self._content_id(unit_id, moment, rating, text)
        return Entry(row.number, unit_id, service_id, kind.value, rating, text, wish, moment.on, moment.at, external_id)

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

    def _read_place(self, unit_cell: Cell, service_cell: Cell) -> tuple[int, int | None]:
        rules = self._rules
        unit_id = rules.directory.unit(cell_text(unit_cell) if rules.unit is None else rules.unit)
        service = cell_text(service_cell) if rules.service is None else rules.service
        return unit_id, rules.directory.service(unit_id, service)

    def _kind(self, cell: Cell, text: str | None, rating: int | None) -> SubmissionKind:
        kind = self._rules.kind if cell is None else read_kind(cell)
        if kind is SubmissionKind.UNSPECIFIED and text is None:
            return SubmissionKind.RATING
        if kind in KINDS_WITH_CASE and text is None:
            raise RowProblemError(Reason.KIND_NEEDS_TEXT, "Pengaduan, saran, atau pertanyaan tanpa teks.")
        if kind is SubmissionKind.RATING and rating is None:
            raise RowProblemError(Reason.KIND_NEEDS_RATING, "Penilaian tanpa nilai.")
        return kind

    def _reply_wish(self, cell: Cell) -> bool | None:
        return self._rules.wants_reply if cell is None else read_reply_wish(cell)

    def _content_id(self, unit_id: int, moment: Moment, rating: int | None, text: str | None) -> str:
        """Return a name made of the content, and of how many times the file has said the same before.

        Two people may well write "bagus" on the same day: both count. The same file, or a longer one, gives the
        same names again, so nothing in it counts twice.
        """
        said = f"{self._rules.source}\x1f{unit_id}\x1f{moment.at.timestamp():.0f}\x1f{rating}\x1f{same_text(text)}"
        content = hashlib.blake2b(said.encode(), digest_size=16).digest()
        times = self._seen[content] = self._seen.get(content, 0) + 1
        return f"content:{content.hex()}:{times}"


def same_text(text: str | None) -> str:
    """Return a text without the differences that copying makes: capitals, spacing, composed characters."""
    if text is None:
        return ""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().split())


def _text(cell: Cell) -> str | None:
    text = stored_text(cell)
    if text is not None and len(text) > TEXT_MAX:
        raise RowProblemError(Reason.TEXT_TOO_LONG, f"Teks {len(text)} huruf; paling banyak {TEXT_MAX} huruf.")
    return text


def _given_id(cell: Cell) -> str | None:
    given = stored_text(cell)
    if given is not None and len(given) > ID_MAX:
        raise RowProblemError(Reason.ID_TOO_LONG, f"Nomor {len(given)} huruf; paling banyak {ID_MAX} huruf.")
    return given

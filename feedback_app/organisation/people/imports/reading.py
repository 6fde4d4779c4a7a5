"""Read the rows of a list, mapped, into what they say; every cell that cannot be read is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final, TypeVar

from feedback_app.organisation.nip import InvalidNipError, parse_nip
from feedback_app.organisation.people.imports import values
from feedback_app.organisation.people.imports.directory import Directory
from feedback_app.organisation.people.imports.fields import POST_FIELDS, Field
from feedback_app.organisation.people.imports.values import CellProblemError, Status
from feedback_app.organisation.people.imports.wishes import BadRow, Trouble, WantedPost, Wish

Value = TypeVar("Value")
Cells = Mapping[Field, str]
_FORMULA: Final = "="
READING_SENTENCES = {
    "no_nip": "NIP belum diisi.",
    "no_unit": "Unit kerja belum diisi, padahal jabatannya disebut.",
    "ends_early": "Hari selesai jabatan lebih awal daripada hari mulainya.",
    "no_day": "Status ini memerlukan tanggal hari kerja terakhirnya.",
}


class Reader:
    """Reads row after row against the units of one agency."""

    def __init__(self, directory: Directory, *, today: date) -> None:
        self._directory, self._today = directory, today
        # Days, kinds and units repeat from row to row.
        self._day = lru_cache(maxsize=4096)(values.read_date)
        self._unit = lru_cache(maxsize=4096)(directory.unit)
        self._troubles: list[Trouble] = []
        self._cells: Cells = {}

    def read(self, number: int, cells: Cells) -> Wish | BadRow:
        """Return what a row says, or everything that is wrong with it."""
        self._troubles, self._cells = [], cells
        nip = self._of(Field.NIP, self._nip)
        if nip is None and not self._troubles:
            self._troubles.append(Trouble(Field.NIP, READING_SENTENCES["no_nip"]))
        wish = self._wish(number, nip or "")
        return BadRow(number, nip, tuple(self._troubles)) if self._troubles else wish

    def _wish(self, number: int, nip: str) -> Wish:
        is_active, left_on = self._status()
        return Wish(
            number=number, nip=nip, name=self._name(), rank=self._of(Field.RANK, values.read_words),
            is_active=is_active, left_on=left_on, email=self._of(Field.EMAIL, _email), post=self._post(),
        )  # fmt: skip

    def _post(self) -> WantedPost | None:
        if not self._cells.get(Field.UNIT, "").strip():
            if any(self._cells.get(field, "").strip() for field in POST_FIELDS):
                self._troubles.append(Trouble(Field.UNIT, READING_SENTENCES["no_unit"]))
            return None
        unit_id = self._of(Field.UNIT, lambda raw: self._unit(raw, self._cells.get(Field.PARENT_UNIT, "")))
        service_id = self._of(Field.SERVICE, lambda raw: self._directory.service(unit_id, raw))
        starts_on, ends_on = self._of(Field.STARTS_ON, self._day), self._of(Field.ENDS_ON, self._day)
        if starts_on and ends_on and ends_on < starts_on:
            self._troubles.append(Trouble(Field.ENDS_ON, READING_SENTENCES["ends_early"]))
        return WantedPost(
            unit_id=unit_id or 0, service_id=service_id, names_service=service_id is not None,
            position=self._of(Field.POSITION, values.read_words) or self._of(Field.POSITION_TYPE, values.read_words),
            kind=self._of(Field.KIND, values.read_kind), is_head=self._of(Field.IS_HEAD, values.read_yes),
            share=self._of(Field.SHARE, values.read_share), decree=self._of(Field.DECREE, values.read_words),
            starts_on=starts_on, ends_on=ends_on,
        )  # fmt: skip

    def _status(self) -> tuple[bool | None, date | None]:
        status, day = self._of(Field.STATUS, values.read_status), self._of(Field.STATUS_ON, self._day)
        if status is Status.LEFT and day is None and not self._has_trouble(Field.STATUS_ON):
            self._troubles.append(Trouble(Field.STATUS_ON, READING_SENTENCES["no_day"]))
        if status is None:
            return None, None
        return status is Status.ACTIVE, day if status is Status.LEFT else None

    def _name(self) -> str | None:
        name = self._of(Field.NAME, values.read_words)
        if not name:
            return None
        before = self._of(Field.TITLE_BEFORE, values.read_words) or ""
        return values.full_name(name, before, self._of(Field.TITLE_AFTER, values.read_words) or "")

    def _nip(self, raw: str) -> str:
        # A spreadsheet keeps a leading apostrophe to hold a number as text.
        return parse_nip(raw.lstrip("'`"), today=self._today).digits

    def _of(self, field: Field, read: Callable[[str], Value]) -> Value | None:
        raw = self._cells.get(field, "")
        if not raw.strip() or raw.strip() == "-":
            return None
        try:
            if raw.startswith(_FORMULA):
                raise CellProblemError("Sel ini rumus yang belum dihitung. Simpan berkasnya sebagai nilai.")
            return read(raw)
        except (CellProblemError, InvalidNipError) as problem:
            sentence = problem.sentence if isinstance(problem, CellProblemError) else problem.message
            # A number of somebody is personal data, and the sentence says which part of it is wrong.
            self._troubles.append(Trouble(field, sentence, "" if field is Field.NIP else values.shown(raw)))
            return None

    def _has_trouble(self, field: Field) -> bool:
        return any(trouble.field is field for trouble in self._troubles)


def read_rows(
    rows: Iterable[tuple[int, Cells]], directory: Directory, *, today: date
) -> tuple[list[Wish], list[BadRow]]:
    """Return what rows say, and those that cannot be read, both in their order."""
    reader = Reader(directory, today=today)
    wishes: list[Wish] = []
    bad: list[BadRow] = []
    for number, cells in rows:
        found = reader.read(number, cells)
        if isinstance(found, Wish):
            wishes.append(found)
        else:
            bad.append(found)
    return wishes, bad


def _email(raw: str) -> str:
    text = raw.strip().casefold()
    if "@" not in text or " " in text:
        raise CellProblemError("Email ini tidak terbaca.")
    return text

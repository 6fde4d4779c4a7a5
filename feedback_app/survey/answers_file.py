"""Answers in a text file with one line a questionnaire: read, checked, and summed up, without any database.

A file that holds nothing but the columns of the elements and single digits has lines of one length, and its columns
are summed as slices of its bytes. Every other file is read cell by cell; both ways find the same sums.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from feedback_app.errors import InvalidInputError
from feedback_app.survey.answer_columns import AnswerColumns, columns_of
from feedback_app.survey.elements import SCALE, RuleSetCode
from feedback_app.survey.index import Total
from feedback_app.survey.rules import AnswerOrder
from feedback_app.survey.separators import LONGEST, rows_of, separator_line, words_of

MOST_TOLD: Final = 100
"""How many bad answers are kept to be shown; the rest is counted."""

DELIMITERS: Final = ",;\t"
_BOM: Final = b"\xef\xbb\xbf"
_DIGITS: Final = {str(answer): answer for answer in SCALE}
_CHUNK: Final = 500
_LINE_END: Final = b"\n"
_LONGEST_CELL: Final = 40

_Row = tuple[int, list[str]]


class AnswersFileError(InvalidInputError):
    """The file as a whole cannot be read."""

    code = "skm_answers_file"


@dataclass(frozen=True, slots=True)
class BadAnswer:
    """A cell that is no answer: its row as a spreadsheet numbers it (the header is 1), its column, what it holds."""

    row: int
    column: str
    text: str


class BadAnswersError(InvalidInputError):
    """Some cells are not 1, 2, 3 or 4; `answers` holds the first of them and `count` says how many there are."""

    code = "skm_bad_answers"

    def __init__(self, answers: Sequence[BadAnswer], count: int) -> None:
        super().__init__(f"{count} jawaban bukan 1, 2, 3, atau 4. Perbaiki berkasnya, lalu hitung lagi.")
        self.answers = tuple(answers)
        self.count = count


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """The sums of a file of complete questionnaires: by key of element, with what was left out and the file's hash."""

    respondents: int
    totals: dict[str, Total]
    order: AnswerOrder
    ignored: tuple[str, ...]
    blank_rows: int
    sha256: str


def read_answers(content: bytes, *, ruleset: RuleSetCode, order: AnswerOrder | None) -> AnswersFile:
    """Return the sums of a file of answers; UTF-8, separated by comma, semicolon or tab, named in the first row.

    Raises
    ------
    AnswersFileError
        It is empty, holds no questionnaire, or is not readable as text.
    AnswerColumnsError, AnswerOrderMissingError
        The first row does not tell where the answers are.
    BadAnswersError
        A cell is not an answer of the scale.
    """
    body = content.removeprefix(_BOM)
    _check_marks(body)
    # A spreadsheet takes the line that names the separator for no row, and numbers those behind it.
    named = separator_line(body[:LONGEST].decode("latin-1"))
    body = body[named[0] :] if named else body
    sums = _of_equal_lines(body, ruleset, order) or _of_cells(body, ruleset, order, named[1] if named else None)
    if not sums.rows:
        raise AnswersFileError("Berkas hanya berisi nama kolom; belum ada satu pun kuesioner di bawahnya.")
    if sums.bad_count:
        raise BadAnswersError(sums.bad, sums.bad_count)
    return AnswersFile(
        respondents=sums.rows,
        totals={key: Total(sums.rows, sums.totals[key]) for key in sums.columns.places},
        order=sums.columns.order,
        ignored=sums.columns.ignored,
        blank_rows=sums.blank_rows,
        sha256=hashlib.sha256(content).hexdigest(),
    )


@dataclass(slots=True)
class _Sums:
    """What reading found so far."""

    columns: AnswerColumns
    totals: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    blank_rows: int = 0
    bad: list[BadAnswer] = field(default_factory=list)
    bad_count: int = 0


def _of_equal_lines(body: bytes, ruleset: RuleSetCode, order: AnswerOrder | None) -> _Sums | None:
    """Return the sums where every line is digits with single separators between, else None."""
    head, line_end, rest = body.partition(b"\n")
    header = head.rstrip(b"\r")
    delimiter = next((mark for mark in b",;\t" if mark in header), None)
    if delimiter is None or not line_end or b'"' in header or not header.isascii():
        return None
    names = header.decode("ascii").split(chr(delimiter))
    end = b"\r\n" if head.endswith(b"\r") else b"\n"
    rest = rest.rstrip(b"\r\n") + end
    width = 2 * len(names) - 1 + len(end)
    if len(rest) % width or not _has_marks(rest, width, len(names), delimiter, end):
        return None
    sums = _Sums(columns_of(names, ruleset=ruleset, order=order), rows=len(rest) // width)
    if sums.columns.ignored or len(sums.columns.places) != len(names):
        return None
    for key, place in sums.columns.places.items():
        counts = {answer: rest[2 * place :: width].count(digit.encode()) for digit, answer in _DIGITS.items()}
        if sum(counts.values()) != sums.rows:
            return None
        sums.totals[key] = sum(answer * count for answer, count in counts.items())
    return sums


def _has_marks(rest: bytes, width: int, columns: int, delimiter: int, end: bytes) -> bool:
    """Tell whether separators and ends of lines stand where lines of one length have them."""
    rows = len(rest) // width
    marks = [(2 * place + 1, delimiter) for place in range(columns - 1)]
    marks += [(2 * columns - 1 + place, mark) for place, mark in enumerate(end)]
    return all(rest[at::width].count(mark) == rows for at, mark in marks)


def _no_utf8() -> AnswersFileError:
    return AnswersFileError(
        "Berkas tidak dapat dibaca sebagai teks UTF-8. Simpan kembali dari lembar kerja sebagai CSV UTF-8."
    )


def _check_marks(body: bytes) -> None:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _no_utf8()
    at = body.find(b"\0")
    if at >= 0:
        raise AnswersFileError(
            f"Berkas memuat karakter kosong (NUL) pada baris {body.count(_LINE_END, 0, at) + 1}. Simpan kembali dari "
            "lembar kerja sebagai CSV UTF-8."
        )


def _of_cells(body: bytes, ruleset: RuleSetCode, order: AnswerOrder | None, delimiter: str | None) -> _Sums:
    rows = _rows(_text(body), delimiter)
    last, header = next(((number, row) for number, row in enumerate(rows, start=1) if _is_filled(row)), (0, []))
    if not header:
        raise AnswersFileError("Berkas kosong.")
    sums = _Sums(columns_of(header, ruleset=ruleset, order=order))
    read = last
    while chunk := list(islice(rows, _CHUNK)):
        filled = [(number, row) for number, row in enumerate(chunk, start=read + 1) if _is_filled(row)]
        read += len(chunk)
        if filled:
            # Counted up to the last questionnaire: what is blank behind it is nothing.
            sums.blank_rows += filled[-1][0] - last - len(filled)
            last = filled[-1][0]
            _add(sums, header, filled)
    return sums


def _is_filled(row: list[str]) -> bool:
    return bool("".join(row).strip())


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _no_utf8() from error


def _rows(text: str, delimiter: str | None) -> Iterator[list[str]]:
    first_line = next((line for line in io.StringIO(text) if line.strip()), "")
    delimiter = delimiter or max(DELIMITERS, key=first_line.count)
    rows = rows_of(text, delimiter, skip_spaces=True)
    try:
        yield from rows
    except csv.Error as error:
        words = words_of(error)
        raise AnswersFileError(f"Berkas tidak dapat dibaca sebagai CSV: {words} (baris {rows.line_num}).") from error


def _add(sums: _Sums, header: list[str], rows: list[_Row]) -> None:
    """Add rows to the sums column by column; look at each cell only where a column holds something else."""
    width, bad_before = len(header), sums.bad_count
    whole = [row if len(row) == width else (row + [""] * width)[:width] for _, row in rows]
    columns = list(zip(*whole, strict=True))
    for key, place in sums.columns.places.items():
        for text, count in Counter(columns[place]).items():
            answer = _DIGITS.get(text.strip(), 0)
            sums.totals[key] += answer * count
            sums.bad_count += 0 if answer else count
    sums.rows += len(rows)
    sums.bad_count += sum(1 for _, row in rows if len(row) > width and _is_filled(row[width:]))
    if sums.bad_count > bad_before:
        _keep_bad(sums, header, rows)


def _keep_bad(sums: _Sums, header: list[str], rows: list[_Row]) -> None:
    width = len(header)
    for number, row in rows:
        for place in sorted(sums.columns.places.values()):
            text = row[place] if place < len(row) else ""
            if text.strip() not in _DIGITS:
                sums.bad.append(BadAnswer(number, header[place].strip(), _short(text)))
        if len(row) > width and _is_filled(row[width:]):
            # An answer such as 3,4 moves all that follow by one column, each of them a valid digit.
            extra = next(cell for cell in row[width:] if _is_filled([cell]))
            sums.bad.append(BadAnswer(number, f"kolom ke-{width + 1}", _short(extra)))
        if len(sums.bad) >= MOST_TOLD:
            del sums.bad[MOST_TOLD:]
            return


def _short(text: str) -> str:
    """Return the start of a cell on one line."""
    line = "".join(mark if mark.isprintable() else " " for mark in text[: _LONGEST_CELL + 1])
    return line if len(line) <= _LONGEST_CELL else f"{line[:_LONGEST_CELL]}…"

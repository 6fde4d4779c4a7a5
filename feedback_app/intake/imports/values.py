"""Read the cells of a row: texts, ratings, kinds, and yes or no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Final

from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError, shown
from feedback_app.intake.rules import RATING_MAX, RATING_MIN, SubmissionKind, clean_text

Cell = str | int | float | bool | date | datetime | time | None
Scale = Mapping[str, int | None]

OWN_SCALE: Final[Scale] = {str(points): points for points in range(RATING_MIN, RATING_MAX + 1)}
YES: Final = frozenset({"ya", "y", "iya", "yes", "true", "benar", "1"})
NO: Final = frozenset({"tidak", "t", "tdk", "no", "n", "false", "salah", "0"})
KINDS: Final[Mapping[str, SubmissionKind]] = {
    **{kind.value: kind for kind in SubmissionKind},
    "pengaduan": SubmissionKind.COMPLAINT,
    "keluhan": SubmissionKind.COMPLAINT,
    "aspirasi": SubmissionKind.ASPIRATION,
    "saran": SubmissionKind.ASPIRATION,
    "permintaan informasi": SubmissionKind.INFORMATION_REQUEST,
    "pertanyaan": SubmissionKind.INFORMATION_REQUEST,
    "apresiasi": SubmissionKind.PRAISE,
    "pujian": SubmissionKind.PRAISE,
    "penilaian": SubmissionKind.RATING,
}

_WHOLE: Final = re.compile(r"([+-]?\d+)[.,]0+")
# Every line end becomes the one kind, and every odd space a plain one: dropping them would join two words.
_SPACES: Final = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
    | {chr(code): " " for code in (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)}
)


def cell_text(cell: Cell) -> str:
    """Return a cell as it reads in the file, without surrounding space; a whole number has no `.0`."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def stored_text(cell: Cell) -> str | None:
    """Return a cell as the text that is stored: readable characters only, line ends as `\\n`; None if empty."""
    if cell is None:
        return None
    raw = cell_text(cell)
    if raw.isprintable():
        return raw or None
    return clean_text(raw.replace("\r\n", "\n").translate(_SPACES))


def parse_scale(pairs: Iterable[str]) -> dict[str, int | None]:
    """Return what each written value is worth, from `1=1,2=2,…`; a value with nothing after `=` is no rating.

    Raises
    ------
    MappingError
        Not of that form, not worth 1 to 4, or a value twice.

    >>> parse_scale(["Puas=3,Sangat Puas=4,-="])
    {'puas': 3, 'sangat puas': 4, '-': None}
    """
    scale: dict[str, int | None] = {}
    for pair in (part for group in pairs for part in group.split(",") if part.strip()):
        written, equals, points = (part.strip() for part in pair.rpartition("="))
        if equals and not points:
            worth = None
        elif written and points in OWN_SCALE:
            worth = OWN_SCALE[points]
        else:
            raise MappingError(
                f"--rating-values takes WRITTEN=POINTS, points from {RATING_MIN} to {RATING_MAX}, not {pair.strip()!r}."
            )
        if _written(written) in scale:
            raise MappingError(f"--rating-values names {written!r} twice.")
        scale[_written(written)] = worth
    return scale


def read_rating(cell: Cell, scale: Scale) -> int | None:
    """Return the points (1 to 4) a cell is worth on a scale, or None for an empty one.

    Raises
    ------
    RowProblemError
        The scale does not name the value. Nothing is rounded or converted: five stars are not four points.
    """
    raw = cell_text(cell)
    written = raw if raw in scale else _written(raw)
    if written in scale:
        return scale[written]
    if not written:
        return None
    raise RowProblemError(
        Reason.RATING_NOT_IN_SCALE,
        f"Nilai {shown(raw)} tidak ada dalam skala; yang dikenal: {', '.join(scale)}.",
    )


def read_kind(cell: Cell) -> SubmissionKind:
    """Return the kind a cell names, in Indonesian or by its English code; unspecified for an empty one."""
    raw = " ".join(cell_text(cell).casefold().split())
    if not raw:
        return SubmissionKind.UNSPECIFIED
    if raw in KINDS:
        return KINDS[raw]
    raise RowProblemError(
        Reason.KIND_UNKNOWN, f"Jenis {shown(raw)} tidak dikenal; tulis misalnya pengaduan atau saran."
    )


def read_reply_wish(cell: Cell) -> bool | None:
    """Return whether an answer is wanted, or None for an empty cell."""
    raw = cell_text(cell).casefold()
    if not raw:
        return None
    if raw in YES or raw in NO:
        return raw in YES
    raise RowProblemError(Reason.REPLY_UNREADABLE, f"Minta balasan {shown(raw)} tidak terbaca; tulis ya atau tidak.")


def _written(raw: str) -> str:
    whole = _WHOLE.fullmatch(raw)
    return whole[1] if whole else raw.casefold()

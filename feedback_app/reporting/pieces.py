"""The pieces a report is laid out from; `report.typ` draws each kind. Pure.

All words are plain text when they reach the typesetter, so that nothing a person typed is read as a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Piece = dict[str, Any]

TEXT, NUMBER, CENTRE = "left", "right", "center"


def chapter(number: str, title: str) -> Piece:
    """Return the heading of a chapter, which begins a page."""
    return {"kind": "heading", "level": 1, "number": number, "text": title}


def section(number: str, title: str) -> Piece:
    """Return the heading of a section."""
    return {"kind": "heading", "level": 2, "number": number, "text": title}


def subsection(title: str, *, below_chapter: bool = False) -> Piece:
    """Return a heading without a number, below a section or straight below a chapter."""
    return {"kind": "heading", "level": 2 if below_chapter else 3, "number": "", "text": title}


def paragraph(*sentences: str) -> Piece:
    """Return a paragraph of those sentences that are not empty."""
    return {"kind": "paragraph", "text": " ".join(sentence for sentence in sentences if sentence)}


def note(text: str) -> Piece:
    """Return a remark in small print."""
    return {"kind": "note", "text": text}


def bullets(items: Sequence[str]) -> Piece:
    """Return a list without numbers."""
    return {"kind": "list", "numbered": False, "items": list(items)}


def numbered(items: Sequence[str]) -> Piece:
    """Return a numbered list."""
    return {"kind": "list", "numbered": True, "items": list(items)}


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    align: Sequence[str],
    widths: Sequence[float],
    strong: Sequence[int] = (),
    size: float = 9.5,
) -> Piece:
    """Return a table; `widths` are shares of the line (0 for as wide as its words), `strong` the rows in bold."""
    if not len(head) == len(align) == len(widths) or any(len(row) != len(head) for row in rows):
        raise ValueError(f"the columns of {caption!r} do not agree")
    return {
        "kind": "table", "caption": caption, "head": list(head), "rows": [list(row) for row in rows],
        "align": list(align), "widths": list(widths), "strong": list(strong), "size": size,
    }  # fmt: skip


def bars(caption: str, head: Sequence[str], rows: Sequence[tuple[str, str, float | None]]) -> Piece:
    """Return a table of (label, figure, length from 0 to 1) whose last column draws the length."""
    return {"kind": "bars", "caption": caption, "head": list(head), "rows": [list(row) for row in rows]}


def trend(caption: str, points: Sequence[Piece], floors: Sequence[Piece], axis: tuple[int, int]) -> Piece:
    """Return a chart of indexes over periods, with the lines at which a grade begins; its scale is `axis`."""
    return {
        "kind": "trend", "caption": caption, "points": list(points), "floors": list(floors), "low": axis[0],
        "high": axis[1],
    }  # fmt: skip


def headline(figures: Sequence[tuple[str, str, str]]) -> Piece:
    """Return figures in large print: (what it is, the figure, a word beneath)."""
    return {"kind": "headline", "figures": [list(one) for one in figures]}


def questionnaire(rows: Sequence[tuple[str, Sequence[str]]]) -> Piece:
    """Return questions with their answers."""
    return {"kind": "questionnaire", "rows": [[stem, list(options)] for stem, options in rows]}


def matrix(title: str, rows: Sequence[str]) -> Piece:
    """Return rows of answers in narrow columns of fixed-width letters."""
    return {"kind": "matrix", "title": title, "rows": list(rows)}


def signature(lines: Sequence[str], name: str) -> Piece:
    """Return the block to be signed, a line to write on where the name is not given."""
    return {"kind": "signature", "lines": list(lines), "name": name}

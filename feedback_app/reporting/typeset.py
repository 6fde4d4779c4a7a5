"""Make PDF files and pictures of their pages with typst: its own fonts, a date of ours, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from feedback_app.errors import InvalidInputError
from feedback_app.reporting.glyphs import drawable_all

FOLDER: Final = Path(__file__).parent
PDF_STANDARD: Final = "ua-1"
"""PDF/UA: tagged, titled and in a named language, so that a screen reader can read it."""


class NotPrintableError(InvalidInputError):
    """The typesetter refuses the words of a document."""

    code = "not_printable"


def pdf(template: str, document: Mapping[str, Any], on: date) -> bytes:
    """Return a PDF of `document` by a template of this room; `on` is the day the file says it was made.

    The words go in as one JSON text, which the template reads as data; nothing in them is run. What the fonts cannot
    draw is shown as an empty box.

    Raises
    ------
    NotPrintableError
    """
    return _compiled(template, document, on, format="pdf", pdf_standards=[PDF_STANDARD])[0]


def pictures(template: str, document: Mapping[str, Any], on: date, *, dots_per_inch: float = 60) -> list[bytes]:
    """Return every page of the same as a PNG picture."""
    return _compiled(template, document, on, format="png", ppi=dots_per_inch)


def _compiled(template: str, document: Mapping[str, Any], on: date, **options: Any) -> list[bytes]:
    # Loaded here: its 40 MB are wanted by few processes.
    import typst

    try:
        return _typeset(template, drawable_all(document), on, options)
    except typst.TypstError:
        # A mark that no font draws on its letter: the same once more in plain letters.
        try:
            return _typeset(template, drawable_all(document, only_latin=True), on, options)
        except typst.TypstError as error:
            raise NotPrintableError(
                "Berkas PDF tidak dapat dibuat dari teks yang tersimpan. Periksa nama unit, pertanyaan, dan rencana "
                "tindak lanjut: pakailah huruf Latin dan tanda baca biasa."
            ) from error


def _typeset(template: str, document: Any, on: date, options: Mapping[str, Any]) -> list[bytes]:
    import typst

    words = json.dumps(document, ensure_ascii=False, sort_keys=True)
    made = typst.compile(
        str(FOLDER / template), root=str(FOLDER), ignore_system_fonts=True, sys_inputs={"document": words},
        timestamp=datetime(on.year, on.month, on.day, tzinfo=UTC), **options,
    )  # fmt: skip
    return made if isinstance(made, list) else [made]

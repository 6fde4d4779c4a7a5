"""The notice of a breach as a PDF."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from feedback_app.privacy.breaches.document import Notice
from feedback_app.reporting import typeset

TEMPLATE: Final = "breach.typ"


def notice_pdf(notice: Notice, on: date) -> bytes:
    """Return a notice as PDF/UA; `on` is the day the file says it was made.

    Raises
    ------
    feedback_app.reporting.typeset.NotPrintableError
    """
    document: dict[str, Any] = {
        "title": notice.title,
        "agency": notice.agency,
        "number": notice.number,
        "dated": [on.year, on.month, on.day],
        # The first section is a list of kinds of data.
        "sections": [
            {"heading": section.heading, "paragraphs": list(section.paragraphs), "listed": place == 0}
            for place, section in enumerate(notice.sections)
        ],
    }
    return typeset.pdf(TEMPLATE, document, on)

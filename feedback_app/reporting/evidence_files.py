"""The files of an evidence pack: JSON, workbook, PDF. Same pack, same bytes, and one hash in all of them."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from feedback_app.evaluation.evidence import content as plain
from feedback_app.evaluation.evidence.pack import Pack
from feedback_app.reporting import typeset
from feedback_app.reporting.evidence_document import document
from feedback_app.reporting.evidence_feedback import feedback_text
from feedback_app.reporting.evidence_workbook import workbook
from feedback_app.reporting.files import MIME_TYPES, Made

TEMPLATE: Final = "evidence.typ"


class PackFormat(StrEnum):
    """How a pack leaves the platform."""

    JSON = "json"
    XLSX = "xlsx"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """Return what the file is to a browser."""
        return MIME_TYPES[self.value]


def envelope(pack: Pack, *, with_nip: bool = False) -> dict[str, Any]:
    """Return the pack with its hash, and beside it what the hash does not cover.

    `with_nip` adds the whole number for a personnel system; without it only the masked one is anywhere.
    """
    content = plain.content_of(pack)
    sha256, comments = plain.sha256_of(content), plain.comments_in(pack)
    return {
        "content": content,
        "sha256": sha256,
        "comments": comments,
        "comments_sha256": plain.sha256_of(comments),
        "comments_are_withheld": pack.comments.are_withheld,
        "objection": plain.objection_in(pack),
        "e_kinerja": feedback_text(content, sha256),
        **({"nip": pack.employee.nip} if with_nip else {}),
    }


def make(pack: Pack, kind: PackFormat, *, with_nip: bool = False) -> Made:
    """Return one file of a pack.

    Raises
    ------
    feedback_app.reporting.typeset.NotPrintableError
    """
    held = envelope(pack, with_nip=with_nip)
    return Made(f"{file_name(pack)}.{kind.value}", _bytes(held, kind, _day(pack)))


def _bytes(held: dict[str, Any], kind: PackFormat, on: date) -> bytes:
    if kind is PackFormat.JSON:
        return (json.dumps(held, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    if kind is PackFormat.XLSX:
        return workbook(held, on)
    return typeset.pdf(TEMPLATE, document(held, on), on)


def file_name(pack: Pack) -> str:
    """Return a name without the person's: files lie about on desks."""
    return f"bukti-{pack.agency.code}-siklus-{pack.cycle.id}-v{pack.cycle.version}-pegawai-{pack.employee.id}"


def _day(pack: Pack) -> date:
    """Return the day the file says it was made: that of its figures, so that it is the same bytes whenever."""
    moment: datetime | None = pack.cycle.frozen_at or pack.cycle.computed_at
    return moment.date() if moment else pack.cycle.ends_on

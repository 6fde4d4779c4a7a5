"""Take texts and ratings of an agency as they may leave it: nothing confidential, restricted, erased, nor a contact."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.models import RoleGrant, User
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.strict import PUBLIC_WORDS, Strict, strictly_redacted
from feedback_app.organisation.models import Agency, Employee
from feedback_app.privacy.copies.cells import LEAST, folded, smallest, week_of

_WORD: Final = re.compile(r"[^\W\d_]{2,}")
# Accounts are often called by their office, and degrees stand behind many names.
_NO_NAMES: Final = PUBLIC_WORDS | {"dr", "drs", "dra", "ir", "se", "sh", "si", "st", "mm", "unit"}


class CopyRefusedError(ConflictError):
    """A check of the finished copy failed, or the agency keeps its texts to itself; nothing was written."""

    code = "copy_refused"


@dataclass(slots=True)
class Report:
    """What a copy holds and what was left out, by reason."""

    read_texts: int = 0
    read_ratings: int = 0
    texts: int = 0
    ratings: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    words: int = 0
    masked_words: int = 0
    smallest_cell: int = 0
    k: int = LEAST

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return {
            "read": {"texts": self.read_texts, "ratings": self.read_ratings},
            "written": {"texts": self.texts, "ratings": self.ratings},
            "left_out": dict(sorted(self.left_out.items())),
            "words": self.words,
            "masked_words": self.masked_words,
            "k": self.k,
            "smallest_cell": self.smallest_cell,
            "key": "drawn for this copy alone and thrown away; no name in it leads back",
        }


@dataclass(frozen=True, slots=True)
class Copy:
    """Rows ready to be written, in an order that says nothing, and the report."""

    texts: list[dict[str, Any]]
    ratings: list[dict[str, Any]]
    report: Report


class Pseudonyms:
    """Names in place of numbers, under a key that lives as long as this object and stands nowhere."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def name(self, kind: str, number: object) -> str:
        """Return the same name for the same number, and another one in every copy."""
        said = hmac.new(self._key, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()
        return f"{kind}-{said[:16]}"


def gather(
    session: Session, agency: Agency, *, seed: int, most: int | None = None, actor: Actor, now: datetime
) -> Copy:
    """Return a pseudonymised copy of an agency's open texts and of its ratings.

    `seed` draws which texts and ratings are taken where `most` wants fewer than there are; the same seed takes the
    same. Names and order are under a key of their own in every copy.

    Raises
    ------
    CopyRefusedError
    """
    if not agency.texts_may_teach:
        raise CopyRefusedError("Instansi ini tidak mengizinkan tulisannya dipakai untuk melatih.")
    report, names = Report(), Pseudonyms()
    texts = _texts(session, agency, report, names, seed, most)
    ratings = _ratings(session, agency, report, names, seed, most)
    _check(session, agency, texts, ratings, report)
    record(
        session, agency_id=agency.id, actor=actor, action="privacy.copy", subject_type="agency", subject_id=agency.id,
        now=now, texts=report.texts, ratings=report.ratings, seed=seed,
    )  # fmt: skip
    return Copy(texts, ratings, report)


def _drawn(agency_id: int, numbers: Sequence[int], seed: int, most: int | None) -> frozenset[int]:
    if most is None or len(numbers) <= most:
        return frozenset(numbers)
    by_lot = sorted(numbers, key=lambda one: hashlib.sha256(f"{seed}:{agency_id}:{one}".encode()).digest())
    return frozenset(by_lot[:most])


def _texts(
    session: Session, agency: Agency, report: Report, names: Pseudonyms, seed: int, most: int | None
) -> list[dict[str, Any]]:
    rows = session.execute(_open_texts(agency.id)).all()
    everything = sa.select(sa.func.count()).where(Submission.agency_id == agency.id, Submission.text.is_not(None))
    report.read_texts = session.scalar(everything) or 0
    report.left_out["texts_not_open"] = report.read_texts - len(rows)
    taken = _drawn(agency.id, [row.id for row in rows], seed, most)
    people, kept = _known_people(session, agency.id), []
    for row in rows:
        if row.id not in taken:
            report.left_out["texts_not_drawn"] += 1
            continue
        strict = strictly_redacted(row.redacted_text, also=people)
        if strict.in_doubt:
            report.left_out["texts_in_doubt"] += 1
            continue
        kept.append((row, strict))
    return _told_texts(kept, report, names)


def _told_texts(kept: list[tuple[Any, Strict]], report: Report, names: Pseudonyms) -> list[dict[str, Any]]:
    found = folded([(row.unit_id, row.service_id, week_of(row.occurred_on)) for row, _ in kept])
    report.left_out["texts_in_small_cells"] = found.dropped
    report.left_out["texts_without_service"] = found.without_service
    told = []
    for (row, strict), cell in zip(kept, found.cells, strict=True):
        if cell is None:
            continue
        report.words, report.masked_words = report.words + strict.words, report.masked_words + strict.masked
        heads = ("kind", "sentiment", "aspect", "aspect2", "urgency", "language")
        labels = {head: getattr(row, head).value if getattr(row, head) else None for head in heads}
        told.append(
            {"row": names.name("text", row.id), **_place(cell, names), "text": strict.text, **labels,
             "abusive": row.abusive, "rating": row.rating}
        )  # fmt: skip
    report.texts = len(told)
    return sorted(told, key=lambda one: str(one["row"]))


def _ratings(
    session: Session, agency: Agency, report: Report, names: Pseudonyms, seed: int, most: int | None
) -> list[dict[str, Any]]:
    query = sa.select(
        Submission.id, Submission.unit_id, Submission.service_id, Submission.occurred_on, Submission.rating,
        Submission.channel,
    ).where(
        Submission.agency_id == agency.id, Submission.rating.is_not(None), sa.not_(Submission.unit_is_unknown),
        text_is_open(),
    )  # fmt: skip
    rows = session.execute(query).all()
    everything = sa.select(sa.func.count()).where(Submission.agency_id == agency.id, Submission.rating.is_not(None))
    report.read_ratings = session.scalar(everything) or 0
    report.left_out["ratings_not_open"] = report.read_ratings - len(rows)
    taken = _drawn(agency.id, [row.id for row in rows], seed + 1, most)
    rows = [row for row in rows if row.id in taken]
    found = folded([(row.unit_id, row.service_id, week_of(row.occurred_on)) for row in rows])
    report.left_out["ratings_in_small_cells"] = found.dropped
    report.left_out["ratings_without_service"] = found.without_service
    told = [
        {
            # Another name than that of the text it came with: the two files do not lead to each other.
            "row": names.name("rating", row.id), **_place(cell, names), "channel": row.channel.value,
            "rating": row.rating,
        }
        for row, cell in zip(rows, found.cells, strict=True)
        if cell is not None
    ]  # fmt: skip
    report.ratings = len(told)
    return sorted(told, key=lambda one: str(one["row"]))


def _open_texts(agency_id: int) -> Any:
    columns = (
        Labels.redacted_text, Labels.kind, Labels.sentiment, Labels.aspect, Labels.aspect2, Labels.urgency,
        Labels.language, Labels.abusive,
    )  # fmt: skip
    same = sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id)
    return (
        sa.select(
            Submission.id, Submission.unit_id, Submission.service_id, Submission.occurred_on, Submission.rating,
            *columns,
        )
        .join(Labels, same)
        .where(
            Submission.agency_id == agency_id, Submission.erased_at.is_(None), Labels.redacted_text.is_not(None),
            sa.not_(Submission.unit_is_unknown), text_is_open(),
        )
    )  # fmt: skip


def _place(cell: Any, names: Pseudonyms) -> dict[str, Any]:
    unit, service, week = cell
    return {
        "unit": names.name("unit", unit), "service": None if service is None else names.name("service", service),
        "week": week,
    }  # fmt: skip


def _known_people(session: Session, agency_id: int) -> frozenset[str]:
    """Return every word of the names of an agency's employees and accounts, in small letters."""
    employees = sa.select(Employee.name).where(Employee.agency_id == agency_id)
    accounts = (
        sa.select(User.name).join(RoleGrant, RoleGrant.user_id == User.id).where(RoleGrant.agency_id == agency_id)
    )
    words = {
        word.lower() for name in session.scalars(employees.union(accounts)) for word in _WORD.findall(name)
    }  # fmt: skip
    return frozenset(words - _NO_NAMES)


def _check(
    session: Session, agency: Agency, texts: list[dict[str, Any]], ratings: list[dict[str, Any]], report: Report
) -> None:
    """Look at the finished copy once more, as somebody who wants to find a person in it.

    Raises
    ------
    CopyRefusedError
    """
    sizes = [
        smallest([(row["unit"], row["service"], row["week"]) for row in rows]) for rows in (texts, ratings) if rows
    ]
    report.smallest_cell = min(sizes, default=0)
    people = _known_people(session, agency.id)
    named = any(people & {word.lower() for word in _WORD.findall(row["text"])} for row in texts)
    if named or (sizes and report.smallest_cell < LEAST):
        raise CopyRefusedError("Pemeriksaan salinan gagal: masih ada nama atau kelompok kecil. Tidak ada yang ditulis.")

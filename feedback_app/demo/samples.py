"""What a visitor can hold in hand: tracking codes of real reports, and visit tokens as a counter prints them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.demo.accounts import COUNTER
from feedback_app.demo.cities import City, cities
from feedback_app.demo.counter import Counter
from feedback_app.demo.texts import deal
from feedback_app.demo.year import ReaderSource
from feedback_app.errors import NotFoundError
from feedback_app.handling.citizens.tracked import tracked
from feedback_app.intake.codes import code_hash
from feedback_app.intake.models import Submission
from feedback_app.nlp.learning.corpus import Example
from feedback_app.organisation.models import Agency

FILE_NAME: Final = "demo.json"


class NoDemoError(NotFoundError):
    """There is no city of the demo to make samples in."""

    code = "no_demo"


@dataclass(frozen=True, slots=True)
class TrackingSample:
    """A tracking code and what it shows."""

    code: str
    shows: str


@dataclass(frozen=True, slots=True)
class TokenSample:
    """An unused visit token, the service it proves a visit to, and the end of its days (ISO 8601)."""

    token: str
    service: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class Samples:
    """Everything of one city that is shown once and of which the database knows only hashes."""

    city: str
    unit: str
    tracking: list[TrackingSample]
    tokens: list[TokenSample]


def ensure_samples(
    session: Session, home: Path, *, reader: ReaderSource, key: bytes, now: datetime, seed: int
) -> Samples:
    """Return the samples of this home; make new ones, with one commit, where they are missing, strange or too old.

    Raises
    ------
    NoDemoError
        No city of the demo is loaded.
    """
    kept = read_samples(home)
    if kept and _still_good(session, kept, key=key, now=now):
        return kept
    agency, city = _first_city(session)
    counter = Counter.of(session, agency, city, reader=reader(), key=key, now=now)
    samples = _samples(counter, deal(seed)[city.code].reserved, Random(f"{seed}/samples"), now)  # noqa: S311 - repeatable
    _read_just_now(session, samples, key=key, now=now)
    session.commit()
    _write(home, samples)
    return samples


def _read_just_now(session: Session, samples: Samples, *, key: bytes, now: datetime) -> None:
    """Date the reading of the samples as it is, whatever days they tell of.

    Figures released before were counted without them; an earlier reading would make those figures wrong.
    """
    hashes = [code_hash(sample.code, key) for sample in samples.tracking]
    session.execute(
        sa.update(Labels)
        .where(
            Labels.agency_id == Submission.agency_id,
            Labels.submission_id == Submission.id,
            Submission.tracking_hash.in_(hashes),
        )
        .values(labelled_at=now)
        .execution_options(synchronize_session=False)
    )


def _samples(counter: Counter, texts: Sequence[Example], rng: Random, now: datetime) -> Samples:
    return Samples(
        city=counter.city.code,
        unit=COUNTER,
        tracking=[
            TrackingSample(counter.answered(texts[0], rng), "sudah ditanggapi; nyatakan selesai, sebagian, atau belum"),
            TrackingSample(counter.taken(texts[1]), "sedang diproses petugas"),
            TrackingSample(counter.sent(texts[2], now)[0], "baru saja dikirim"),
        ],
        tokens=[TokenSample(t.token, t.service, t.expires_at.isoformat()) for t in counter.tokens(now)],
    )


def read_samples(home: Path) -> Samples | None:
    """Return what an earlier load wrote down in this home, or None."""
    try:
        noted = json.loads((home / FILE_NAME).read_text(encoding="utf-8"))
        return Samples(
            city=noted["city"],
            unit=noted["unit"],
            tracking=[TrackingSample(**row) for row in noted["tracking"]],
            tokens=[TokenSample(**row) for row in noted["tokens"]],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(home: Path, samples: Samples) -> None:
    home.mkdir(parents=True, exist_ok=True)
    written = home / f"{FILE_NAME}.new"
    written.touch(mode=0o600)
    written.chmod(0o600)
    written.write_text(json.dumps(asdict(samples), indent=2, ensure_ascii=False), encoding="utf-8")
    os.replace(written, home / FILE_NAME)


def _still_good(session: Session, kept: Samples, *, key: bytes, now: datetime) -> bool:
    """Tell whether the codes belong to this database and the tokens have days left."""
    known = all(tracked(session, code_hash(sample.code, key), day=now.date()) for sample in kept.tracking)
    return known and all(datetime.fromisoformat(sample.expires_at) > now for sample in kept.tokens)


def _first_city(session: Session) -> tuple[Agency, City]:
    for city in cities():
        agency = session.scalar(sa.select(Agency).where(Agency.code == city.code))
        if agency is not None:
            return agency, city
    raise NoDemoError("Data contoh belum dimuat. Jalankan `feedback demo load` lebih dahulu.")

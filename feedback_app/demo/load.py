"""Load the demo: one transaction for each city, so that a city is there whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.demo.accounts import main_accounts
from feedback_app.demo.cities import CITY_CODES, City, cities, scaled
from feedback_app.demo.period import Period
from feedback_app.demo.texts import deal
from feedback_app.demo.year import LoadedCity, Progress, ReaderSource, Year
from feedback_app.errors import ConflictError, NotFoundError
from feedback_app.evaluation.board.closing import close_days, close_lots
from feedback_app.identity.models import User
from feedback_app.measures.releases import release_all
from feedback_app.organisation.models import Agency

SEED: Final = 20260817
LOCK: Final = "suara-layanan demo"


class NotADemoError(ConflictError):
    """The database holds real agencies; invented feedback must not stand beside theirs."""

    code = "not_a_demo"


class UnknownDemoCityError(NotFoundError):
    """The demo has no city of this code."""

    code = "unknown_demo_city"


def load(
    session: Session,
    *,
    reader: ReaderSource,
    key: bytes,
    now: datetime,
    seed: int = SEED,
    only: str | None = None,
    scale: float = 1.0,
    progress: Progress = lambda _: None,
) -> list[LoadedCity]:
    """Load the cities that are missing, committing each; return those that came.

    Needs an application context, for the hash of the accounts' password.

    Parameters
    ----------
    reader
        Gives the classifier with which the drain reads the texts; asked only when there are any.
    key
        The secret with which visit tokens are hashed.
    now
        The present moment (UTC); the year ends at midnight before it, at each agency's own time.
    seed
        The same seed and day give the same people, feedback and lives of cases.
    only
        The code of the one city to load.
    scale
        Which part of the feedback to load, above 0.

    Raises
    ------
    NotADemoError
        There are agencies that are not of the demo.
    UnknownDemoCityError
        `only` names no city of the demo.
    """
    hands = deal(seed)
    loaded = []
    for city in _wanted(only):
        # Two loads at once wait for each other here; the second then finds the city.
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(LOCK))))
        _refuse_others(session)
        if _exists(session, city):
            progress(f"{city.short_name}: sudah ada")
        else:
            progress(f"{city.short_name}: memuat …")
            period = _period(city, now)
            year = Year(session, scaled(city, scale), period, reader(), key, seed, hands[city.code], progress)
            loaded.append(year.happen())
        session.commit()
    if loaded:
        progress("  angka publik dihitung …")
        release_all(session, now=now)
        # As the nightly job does, so that the leaders' board is not empty until the first night.
        close_lots(session, now=now)
        close_days(session, now=now)
        session.commit()
    return loaded


def _period(city: City, now: datetime) -> Period:
    zone = ZoneInfo(city.time_zone)
    return Period(now.astimezone(zone).date(), zone)


def _wanted(only: str | None) -> Sequence[City]:
    if only is None:
        return cities()
    if only not in CITY_CODES:
        raise UnknownDemoCityError(f"Data contoh tidak memuat kota {only!r}; pilihannya: {', '.join(CITY_CODES)}.")
    return [city for city in cities() if city.code == only]


def _refuse_others(session: Session) -> None:
    administrators = {main_accounts(city)[-1].email: city.code for city in cities()}
    emails = session.scalars(sa.select(User.email).where(User.email.in_(administrators)))
    ours = {administrators[email] for email in emails}
    others = [agency.name for agency in session.scalars(sa.select(Agency)) if agency.code not in ours]
    if others:
        raise NotADemoError(
            f"Basis data ini sudah memuat pemerintah daerah lain ({', '.join(sorted(others))}). Data contoh hanya "
            "dimuat ke basis data yang kosong: pakai FEEDBACK_HOME atau DATABASE_URL yang lain."
        )


def _exists(session: Session, city: City) -> bool:
    return session.scalar(sa.select(Agency.id).where(Agency.code == city.code)) is not None

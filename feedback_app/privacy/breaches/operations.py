"""The life of a breach: noted, confirmed by a second person, told, ended.

Once two people stand behind it its words are fixed, its notice is public and everybody reached is owed a message.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, person, record
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError
from feedback_app.notifications.templates import Template
from feedback_app.privacy.breaches.rules import WORDS_MAX, WORDS_MIN, due_at
from feedback_app.privacy.breaches.telling import tell_others
from feedback_app.privacy.data_map.categories import CATEGORIES
from feedback_app.privacy.models import Breach, BreachState

RECEIPT_MAX: Final = 200


class BreachWordsError(InvalidInputError):
    """Something the law wants told is missing, or too long."""

    code = "breach_words"


class BreachDaysError(InvalidInputError):
    """A span of days that ends before it begins, or a moment to come."""

    code = "breach_days"


class BreachDataError(InvalidInputError):
    """No kind of data is named, or none the data map knows."""

    code = "breach_data"


class BreachSettledError(ConflictError):
    """The words of a confirmed breach are fixed, and an ended one is history."""

    code = "breach_settled"


class BreachNotConfirmedError(ConflictError):
    """Only what two people confirmed is told and closed."""

    code = "breach_not_confirmed"


class OwnBreachError(ForbiddenError):
    """Who wrote it does not confirm it."""

    code = "own_breach"


@dataclass(frozen=True, slots=True)
class Written:
    """What a person writes about a breach; moments in UTC, days both included."""

    found_at: datetime
    categories: Collection[str]
    happened_from: date
    happened_until: date
    reached_from: date
    reached_until: date
    how: str
    remedies: str
    advice: str
    ask_whom: str
    unit_id: int | None = None
    estimate: int | None = None


def note_breach(session: Session, agency_id: int, written: Written, *, user_id: int, now: datetime) -> Breach:
    """Note a breach; the clock runs from when it was found. Those who can confirm it are told.

    Raises
    ------
    BreachWordsError
    BreachDaysError
    BreachDataError
    """
    breach = Breach(
        agency_id=agency_id, written_by=user_id, written_at=now, due_at=due_at(written.found_at),
        **_checked(written, now),
    )  # fmt: skip
    session.add(breach)
    session.flush()
    _note(session, breach, "privacy.note_breach", person(user_id), now)
    tell_others(session, breach, Template.BREACH_TO_CONFIRM, f"breach:{breach.id}:noted", but=user_id, now=now)
    return breach


def rewrite_breach(session: Session, breach: Breach, written: Written, *, user_id: int, now: datetime) -> None:
    """Write a breach anew that nobody has confirmed; who wrote it last is who may not confirm it.

    Raises
    ------
    BreachSettledError
    BreachWordsError
    BreachDaysError
    BreachDataError
    """
    _check_draft(breach)
    for name, value in _checked(written, now).items():
        setattr(breach, name, value)
    breach.due_at, breach.written_by, breach.written_at = due_at(written.found_at), user_id, now
    session.flush()
    _note(session, breach, "privacy.rewrite_breach", person(user_id), now)


def confirm_breach(session: Session, breach: Breach, *, user_id: int, now: datetime) -> None:
    """Stand behind a breach as the second person; the caller then owes the notices (`notices.owe_notices`).

    Raises
    ------
    BreachSettledError
    OwnBreachError
    """
    _check_draft(breach)
    if breach.written_by == user_id:
        raise OwnBreachError("Yang menulis tidak dapat mengesahkan. Mintalah orang kedua mengesahkannya.")
    breach.state, breach.confirmed_by, breach.confirmed_at = BreachState.CONFIRMED, user_id, now
    session.flush()
    _note(session, breach, "privacy.confirm_breach", person(user_id), now)


def dismiss_breach(session: Session, breach: Breach, ending: str, *, user_id: int, now: datetime) -> None:
    """End a draft that turned out to be no breach, with what was found.

    Raises
    ------
    BreachSettledError
    BreachWordsError
    """
    _check_draft(breach)
    _end(session, breach, BreachState.DISMISSED, ending, user_id, now)


def note_authority_told(
    session: Session, breach: Breach, receipt: str, *, told_at: datetime, user_id: int, now: datetime
) -> None:
    """Note that the authority was told in writing, when, and under which receipt.

    Raises
    ------
    BreachNotConfirmedError
    BreachDaysError
    BreachWordsError
    """
    _check_confirmed(breach)
    if not breach.found_at <= told_at <= now:
        raise BreachDaysError("Waktu pemberitahuan harus sesudah kejadian diketahui dan tidak di masa depan.")
    if not 1 <= len(receipt.strip()) <= RECEIPT_MAX:
        raise BreachWordsError(f"Tuliskan nomor atau cara penerimaan, paling banyak {RECEIPT_MAX} huruf.")
    breach.authority_told_at, breach.authority_receipt = told_at, receipt.strip()
    breach.authority_told_by = user_id
    session.flush()
    _note(session, breach, "privacy.tell_authority", person(user_id), now)


def close_breach(session: Session, breach: Breach, ending: str, *, user_id: int, now: datetime) -> None:
    """Close a breach when everybody was told, with what was learnt from it.

    Raises
    ------
    BreachNotConfirmedError
    BreachWordsError
    """
    _check_confirmed(breach)
    if breach.authority_told_at is None:
        raise BreachNotConfirmedError("Catat dahulu bahwa lembaga sudah diberi tahu secara tertulis.")
    _end(session, breach, BreachState.CLOSED, ending, user_id, now)


def _end(session: Session, breach: Breach, state: BreachState, ending: str, user_id: int, now: datetime) -> None:
    breach.ending = _words(ending)
    breach.state, breach.ended_at = state, now
    session.flush()
    _note(
        session, breach, f"privacy.{'close' if state is BreachState.CLOSED else 'dismiss'}_breach", person(user_id), now
    )


def _check_draft(breach: Breach) -> None:
    if breach.state is not BreachState.DRAFT:
        raise BreachSettledError("Kejadian ini sudah disahkan atau diakhiri, sehingga isinya tidak dapat diubah lagi.")


def _check_confirmed(breach: Breach) -> None:
    if breach.state is not BreachState.CONFIRMED:
        raise BreachNotConfirmedError("Kejadian ini belum disahkan orang kedua, atau sudah diakhiri.")


def _checked(written: Written, now: datetime) -> dict[str, object]:
    if written.found_at > now or written.happened_from > office_day(now):
        raise BreachDaysError("Waktu kejadian tidak dapat di masa depan.")
    spans = ((written.happened_from, written.happened_until), (written.reached_from, written.reached_until))
    if any(first > last for first, last in spans):
        raise BreachDaysError("Tanggal akhir harus sama dengan atau sesudah tanggal awal.")
    unknown = set(written.categories) - CATEGORIES.keys()
    if unknown or not written.categories:
        raise BreachDataError("Pilih paling sedikit satu jenis data yang terkena.")
    said = {name: _words(getattr(written, name)) for name in _ASKED}
    return {**asdict(written), **said, "categories": [key for key in CATEGORIES if key in written.categories]}


_ASKED: Final = ("how", "remedies", "advice", "ask_whom")


def _words(typed: str) -> str:
    said = typed.strip()
    if not WORDS_MIN <= len(said) <= WORDS_MAX:
        raise BreachWordsError(f"Isi setiap bagian tulisan dengan {WORDS_MIN} sampai {WORDS_MAX} huruf.")
    return said


def _note(session: Session, breach: Breach, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=breach.agency_id, actor=actor, action=action, subject_type="breach", subject_id=breach.id,
        now=now, state=breach.state.value, categories=breach.categories,
    )  # fmt: skip

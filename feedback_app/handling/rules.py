"""A case's life as a table of moves, and its clocks in working days of the office."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from feedback_app.errors import ConfigurationError, ConflictError
from feedback_app.handling.working_days import WorkingCalendar as WorkingCalendar

MESSAGE_MIN: Final = 3
MESSAGE_MAX: Final = 2000
PUBLICATION_MIN: Final = 10
PUBLICATION_MAX: Final = 4000


class CaseStatus(enum.StrEnum):
    """Where a case stands."""

    NEW = "new"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    ARCHIVED = "archived"


class ArchiveReason(enum.StrEnum):
    """Why a case was put away without an end."""

    WITHDRAWN = "withdrawn"


class Outcome(enum.StrEnum):
    """What the citizen said about the answer; silence is kept apart from a confirmation."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    DISPUTED = "disputed"
    SILENT = "silent"


class Classification(enum.StrEnum):
    """The four kinds of report of SP4N-LAPOR!."""

    INFORMATION_REQUEST = "information_request"  # permintaan informasi
    NO_OVERSIGHT = "no_oversight"  # pengaduan tidak berkadar pengawasan
    OVERSIGHT = "oversight"  # pengaduan berkadar pengawasan
    ASPIRATION = "aspiration"  # aspirasi


# A case is closed only out of ANSWERED, and archived only before work on it began or when the citizen did not
# complete it: the unit complained about cannot make a case disappear without a public reply.
MOVES: Final[dict[CaseStatus, frozenset[CaseStatus]]] = {
    CaseStatus.NEW: frozenset({CaseStatus.IN_PROGRESS, CaseStatus.ANSWERED, CaseStatus.ON_HOLD, CaseStatus.ARCHIVED}),
    CaseStatus.IN_PROGRESS: frozenset({CaseStatus.ANSWERED, CaseStatus.ON_HOLD}),
    CaseStatus.ANSWERED: frozenset({CaseStatus.CLOSED, CaseStatus.IN_PROGRESS}),
    CaseStatus.CLOSED: frozenset({CaseStatus.IN_PROGRESS}),
    CaseStatus.ON_HOLD: frozenset({CaseStatus.NEW, CaseStatus.IN_PROGRESS, CaseStatus.ARCHIVED}),
    CaseStatus.ARCHIVED: frozenset(),
}

# "Partly" closes and is counted apart: whoever wants more says "disputed", which reopens.
STATUS_AFTER: Final[dict[Outcome, CaseStatus]] = {
    Outcome.CONFIRMED: CaseStatus.CLOSED,
    Outcome.PARTLY: CaseStatus.CLOSED,
    Outcome.DISPUTED: CaseStatus.IN_PROGRESS,
    Outcome.SILENT: CaseStatus.CLOSED,
}

# Who never answered may have been ill, away or without a network, so their word still counts for a month after the
# silence; who did answer and was mistaken notices within a week. Later a new report with a clock of its own is clearer.
DISPUTE_DAYS_AFTER_SILENCE: Final = 30
DISPUTE_DAYS_AFTER_VERDICT: Final = 7

# Where nobody works on a case any more. What has not ended its reporter may take back; this is no move of officers, so
# it stands outside their table: a unit must not be able to put a case away in the citizen's name.
ENDED: Final = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED})
# Long enough for a night's thought and for noticing that somebody else held the phone.
UNDO_WITHDRAWAL_HOURS: Final = 24

# Waiting for the citizen is still "being processed" in LAPOR!'s public statistics.
LAPOR_BUCKET: Final[dict[CaseStatus, str]] = {
    CaseStatus.NEW: "belum_terverifikasi",
    CaseStatus.IN_PROGRESS: "sedang_diproses",
    CaseStatus.ANSWERED: "sedang_diproses",
    CaseStatus.CLOSED: "selesai",
    CaseStatus.ON_HOLD: "tertunda",
    CaseStatus.ARCHIVED: "arsip",
}
DISPOSED_BUCKET: Final = "belum_ditindaklanjuti"


class MoveNotAllowedError(ConflictError):
    """A case cannot go from where it stands to where somebody wants it."""

    code = "move_not_allowed"


class NotAnsweredError(ConflictError):
    """A case cannot end before the citizen has an answer."""

    code = "not_answered"


class WindowOpenError(ConflictError):
    """The citizen still has time to react; silence is not yet an outcome."""

    code = "window_open"


def check_move(current: CaseStatus, wanted: CaseStatus) -> None:
    """Refuse a move that the table of moves does not hold.

    Raises
    ------
    NotAnsweredError
        Closing a case that has no answer standing.
    MoveNotAllowedError
        Any other move outside the table, staying in place included.
    """
    if wanted in MOVES[current]:
        return
    if wanted is CaseStatus.CLOSED and current is not CaseStatus.CLOSED:
        raise NotAnsweredError("Kasus ini belum ditanggapi; kirim tanggapan kepada pelapor sebelum menutupnya.")
    raise MoveNotAllowedError(
        "Keadaan kasus ini sudah berubah, sehingga langkah itu tidak dapat dilakukan lagi; "
        "muat ulang halaman untuk melihat keadaan terakhir."
    )


def status_after(current: CaseStatus, outcome: Outcome, *, now: datetime, silence_ends_at: datetime) -> CaseStatus:
    """Return where the citizen's word, or silence, about the answer puts a case.

    Parameters
    ----------
    current
        Must be ANSWERED: nobody can judge an answer that was not given.
    now, silence_ends_at
        Aware moments; silence counts only from `silence_ends_at` on.

    Raises
    ------
    NotAnsweredError
        The case is not waiting for the citizen.
    WindowOpenError
        The outcome is SILENT and the window is still open.
    """
    if current is not CaseStatus.ANSWERED:
        raise NotAnsweredError("Belum ada tanggapan yang dapat dinilai pada kasus ini; tunggu tanggapan dari unit.")
    if outcome is Outcome.SILENT and now < silence_ends_at:
        raise WindowOpenError("Pelapor masih mempunyai waktu untuk menjawab; kasus ini belum dapat ditutup.")
    return STATUS_AFTER[outcome]


class TooLateError(ConflictError):
    """The days in which this could still be changed are over."""

    code = "too_late"


def disputable_until(outcome: Outcome | None, closed_at: datetime) -> datetime:
    """Return until when a closed case can still be called "not solved", by how it was closed."""
    days = DISPUTE_DAYS_AFTER_SILENCE if outcome is Outcome.SILENT else DISPUTE_DAYS_AFTER_VERDICT
    return closed_at + timedelta(days=days)


def status_after_second_thought(
    closed_as: Outcome | None, wanted: Outcome, *, closed_at: datetime, now: datetime
) -> CaseStatus:
    """Return where a later "not solved" puts a closed case; nothing else can be said about one.

    Raises
    ------
    NotAnsweredError
        The word is another one than "not solved".
    TooLateError
    """
    if wanted is not Outcome.DISPUTED:
        raise NotAnsweredError("Laporan ini sudah ditutup. Yang masih dapat Anda sampaikan hanya “belum selesai”.")
    if now > disputable_until(closed_as, closed_at):
        raise TooLateError(
            "Laporan ini sudah lama ditutup dan tidak dapat dibuka lagi. Kirim laporan baru bila masalahnya masih ada."
        )
    return STATUS_AFTER[Outcome.DISPUTED]


def check_withdrawable(current: CaseStatus) -> None:
    """Refuse to take back what has ended.

    Raises
    ------
    MoveNotAllowedError
    """
    if current in ENDED:
        raise MoveNotAllowedError("Laporan ini sudah berakhir, sehingga tidak dapat ditarik lagi.")


def check_withdrawal_undone(reason: ArchiveReason | None, *, withdrawn_at: datetime | None, now: datetime) -> None:
    """Refuse to bring back what was not withdrawn, or too long ago.

    Raises
    ------
    MoveNotAllowedError
    TooLateError
    """
    if reason is not ArchiveReason.WITHDRAWN or withdrawn_at is None:
        raise MoveNotAllowedError("Laporan ini tidak sedang ditarik, jadi tidak ada yang dibatalkan.")
    if now > withdrawn_at + timedelta(hours=UNDO_WITHDRAWAL_HOURS):
        raise TooLateError(
            f"Penarikan hanya dapat dibatalkan dalam {UNDO_WITHDRAWAL_HOURS} jam. Kirim laporan baru bila perlu."
        )


def is_reopening(current: CaseStatus, wanted: CaseStatus) -> bool:
    """Tell whether a move takes an answered or closed case up again; each one is counted."""
    return current in {CaseStatus.ANSWERED, CaseStatus.CLOSED} and wanted is CaseStatus.IN_PROGRESS


def lapor_bucket(status: CaseStatus, *, is_disposed: bool = False) -> str:
    """Return LAPOR!'s statistics bucket; a new case already given to a unit is "belum ditindaklanjuti"."""
    if status is CaseStatus.NEW and is_disposed:
        return DISPOSED_BUCKET
    return LAPOR_BUCKET[status]


@dataclass(frozen=True, slots=True)
class SlaRule:
    """The working days of one classification from a day on, with their source; None means no known limit."""

    classification: Classification
    effective_from: date
    verify_working_days: int = 3
    reply_working_days: int = 5
    resolve_working_days: int | None = None
    close_after_silence_working_days: int = 10
    source: str = ""


# The body of PermenPANRB 5/2025, which replaces 62/2018, could not be read: these are dated rows, not law.
_SOURCE: Final = "Praktik SP4N-LAPOR! pada masa PermenPANRB 62/2018; periksa terhadap PermenPANRB 5/2025"
_RESOLVE_WORKING_DAYS: Final[dict[Classification, int | None]] = {
    Classification.INFORMATION_REQUEST: 5,
    Classification.NO_OVERSIGHT: 14,
    Classification.OVERSIGHT: 60,
    Classification.ASPIRATION: None,
}
DEFAULT_SLA_RULES: Final[tuple[SlaRule, ...]] = tuple(
    SlaRule(classification, date(2018, 1, 1), resolve_working_days=days, source=_SOURCE)
    for classification, days in _RESOLVE_WORKING_DAYS.items()
)


def rule_in_force(rules: Iterable[SlaRule], classification: Classification, on: date) -> SlaRule:
    """Return the youngest rule of a classification in force on a day; ConfigurationError if there is none."""
    valid = [rule for rule in rules if rule.classification is classification and rule.effective_from <= on]
    if not valid:
        raise ConfigurationError(f"no SLA rule for {classification} is in force on {on.isoformat()}")
    return max(valid, key=lambda rule: rule.effective_from)


def verify_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the end of the last working day on which a case is verified and sent on in time."""
    return _end_after(received_at, rule.verify_working_days, calendar)


def reply_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the end of the last working day on which the first reply is on time."""
    return _end_after(received_at, rule.reply_working_days, calendar)


def resolve_due(received_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime | None:
    """Return the end of the last working day on which a case is settled in time, or None without a limit."""
    if rule.resolve_working_days is None:
        return None
    return _end_after(received_at, rule.resolve_working_days, calendar)


def silence_ends(answered_at: datetime, rule: SlaRule, calendar: WorkingCalendar) -> datetime:
    """Return the moment from which no word from the citizen about an answer counts as silence."""
    return _end_after(answered_at, rule.close_after_silence_working_days, calendar)


def _end_after(moment: datetime, working_days: int, calendar: WorkingCalendar) -> datetime:
    return calendar.end_of(calendar.add_working_days(calendar.received_on(moment), working_days))


def classify_case(kind: str, *, integrity: bool) -> Classification:
    """Return the classification whose clocks hold for a case, from what the citizen (or else the label) says it is.

    `integrity` stands for an allegation of levy or abuse of an office, which has to be examined and not only answered
    (berkadar pengawasan).
    """
    if integrity:
        return Classification.OVERSIGHT
    if kind == "information_request":
        return Classification.INFORMATION_REQUEST
    if kind == "aspiration":
        return Classification.ASPIRATION
    return Classification.NO_OVERSIGHT

"""What the citizen's word, or silence, does to a case; and taking a report back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from feedback_app.errors import ConflictError
from feedback_app.handling.rules import (
    ENDED,
    ArchiveReason,
    CaseStatus,
    MoveNotAllowedError,
    NotAnsweredError,
    Outcome,
)

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

# After the second time three people have looked; what is left is outside the agency.
OBJECTIONS_MOST: Final = 2

# Long enough for a night's thought and for noticing that somebody else held the phone.
UNDO_WITHDRAWAL_HOURS: Final = 24


class WindowOpenError(ConflictError):
    """The citizen still has time to react; silence is not yet an outcome."""

    code = "window_open"


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


class ReviewedError(ConflictError):
    """Somebody else than the author has looked at the answer and let it stand; the agency has no further door."""

    code = "reviewed"


def disputable_until(outcome: Outcome | None, closed_at: datetime) -> datetime | None:
    """Return until when a closed case can still be called "not solved", by how it was closed.

    None where a reviewer let a disputed answer stand: whoever disagrees turns to the Ombudsman (UU 37/2008).
    """
    if outcome is Outcome.DISPUTED:
        return None
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
    ReviewedError
    TooLateError
    """
    if wanted is not Outcome.DISPUTED:
        raise NotAnsweredError("Laporan ini sudah ditutup. Yang masih dapat Anda sampaikan hanya “belum selesai”.")
    until = disputable_until(closed_as, closed_at)
    if until is None:
        raise ReviewedError(
            "Tanggapan atas laporan ini sudah ditinjau orang lain dan dinyatakan tetap. Bila Anda tidak setuju, "
            "sampaikan kepada Ombudsman RI."
        )
    if now > until:
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

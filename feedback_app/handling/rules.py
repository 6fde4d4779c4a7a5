"""A case's life as a table of moves."""

from __future__ import annotations

import enum
from typing import Final

from feedback_app.errors import ConflictError

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

# Where nobody works on a case any more. What has not ended its reporter may take back; this is no move of officers, so
# it stands outside their table: a unit must not be able to put a case away in the citizen's name.
ENDED: Final = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED})
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


def is_reopening(current: CaseStatus, wanted: CaseStatus) -> bool:
    """Tell whether a move takes an answered or closed case up again; each one is counted."""
    return current in {CaseStatus.ANSWERED, CaseStatus.CLOSED} and wanted is CaseStatus.IN_PROGRESS


def lapor_bucket(status: CaseStatus, *, is_disposed: bool = False) -> str:
    """Return LAPOR!'s statistics bucket; a new case already given to a unit is "belum ditindaklanjuti"."""
    if status is CaseStatus.NEW and is_disposed:
        return DISPOSED_BUCKET
    return LAPOR_BUCKET[status]


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

"""A case's life as a table of moves: from where to where, and by whom."""

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
    VERIFIED = "verified"  # read and with the right unit: terverifikasi, terdisposisi
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    CLOSED = "closed"
    ON_HOLD = "on_hold"
    ARCHIVED = "archived"


class ArchiveReason(enum.StrEnum):
    """Why a case was put away without an end."""

    WITHDRAWN = "withdrawn"
    INCOMPLETE = "incomplete"  # the citizen was asked and did not complete it
    UNCLEAR = "unclear"
    OUT_OF_SCOPE = "out_of_scope"  # bukan kewenangan
    ILLOGICAL = "illogical"  # tidak logis
    SPAM = "spam"
    REFERRED = "referred"  # another agency handles it now


class Mover(enum.StrEnum):
    """Who makes a move."""

    OFFICER = "officer"
    CITIZEN = "citizen"
    SYSTEM = "system"


class EventKind(enum.StrEnum):
    """What a line of the timeline tells; all but a move leave the status where it was."""

    MOVED = "moved"
    DISPOSED = "disposed"
    ASSIGNED = "assigned"
    RECLASSIFIED = "reclassified"
    EXTENDED = "extended"
    MERGED = "merged"
    UNMERGED = "unmerged"
    ESCALATED = "escalated"


class ReplyKind(enum.StrEnum):
    """What an officer tells the citizen with a message."""

    ANSWER = "answer"
    PROGRESS = "progress"  # what is being done; the settlement is still to come
    QUESTION = "question"  # facts are missing, and the clocks wait for them
    EXPLANATION = "explanation"  # why it is put away, or why the answer stands


class Outcome(enum.StrEnum):
    """What the citizen said about the answer; silence is kept apart from a confirmation."""

    CONFIRMED = "confirmed"
    PARTLY = "partly"
    DISPUTED = "disputed"
    SILENT = "silent"


class Classification(enum.StrEnum):
    """The four kinds of report of SP4N-LAPOR!, and the request for public information."""

    INFORMATION_REQUEST = "information_request"  # permintaan informasi
    NO_OVERSIGHT = "no_oversight"  # pengaduan tidak berkadar pengawasan
    OVERSIGHT = "oversight"  # pengaduan berkadar pengawasan
    ASPIRATION = "aspiration"  # aspirasi
    # A request by UU 14/2008 (KIP) runs by the clocks of the PPID. LAPOR! knows it as permintaan informasi.
    PUBLIC_INFORMATION = "public_information"  # permohonan informasi publik


_OFFICER, _CITIZEN, _SYSTEM = Mover.OFFICER, Mover.CITIZEN, Mover.SYSTEM
# Who may move a case from where to where; what is not here cannot happen. The citizen and silence close an answer. An
# officer closes one way only: a reviewer, who did not write it, lets a disputed answer stand. What an officer puts away
# is explained in public, and the reporter may object.
MOVES: Final[dict[tuple[CaseStatus, CaseStatus], frozenset[Mover]]] = {
    (CaseStatus.NEW, CaseStatus.VERIFIED): frozenset({_OFFICER}),
    (CaseStatus.NEW, CaseStatus.IN_PROGRESS): frozenset({_OFFICER}),
    (CaseStatus.NEW, CaseStatus.ANSWERED): frozenset({_OFFICER}),
    (CaseStatus.NEW, CaseStatus.ON_HOLD): frozenset({_OFFICER}),
    (CaseStatus.NEW, CaseStatus.ARCHIVED): frozenset({_OFFICER, _CITIZEN}),
    (CaseStatus.VERIFIED, CaseStatus.NEW): frozenset({_OFFICER}),
    (CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS): frozenset({_OFFICER}),
    (CaseStatus.VERIFIED, CaseStatus.ANSWERED): frozenset({_OFFICER}),
    (CaseStatus.VERIFIED, CaseStatus.ON_HOLD): frozenset({_OFFICER}),
    (CaseStatus.VERIFIED, CaseStatus.ARCHIVED): frozenset({_OFFICER, _CITIZEN}),
    (CaseStatus.IN_PROGRESS, CaseStatus.VERIFIED): frozenset({_OFFICER}),
    (CaseStatus.IN_PROGRESS, CaseStatus.ANSWERED): frozenset({_OFFICER}),
    (CaseStatus.IN_PROGRESS, CaseStatus.ON_HOLD): frozenset({_OFFICER}),
    (CaseStatus.IN_PROGRESS, CaseStatus.CLOSED): frozenset({_OFFICER}),
    (CaseStatus.IN_PROGRESS, CaseStatus.ARCHIVED): frozenset({_CITIZEN}),
    (CaseStatus.ANSWERED, CaseStatus.IN_PROGRESS): frozenset({_CITIZEN, _SYSTEM}),
    (CaseStatus.ANSWERED, CaseStatus.CLOSED): frozenset({_CITIZEN, _SYSTEM}),
    (CaseStatus.ANSWERED, CaseStatus.ARCHIVED): frozenset({_CITIZEN}),
    (CaseStatus.CLOSED, CaseStatus.IN_PROGRESS): frozenset({_CITIZEN, _SYSTEM}),
    (CaseStatus.ON_HOLD, CaseStatus.NEW): frozenset({_SYSTEM}),
    (CaseStatus.ON_HOLD, CaseStatus.IN_PROGRESS): frozenset({_OFFICER, _CITIZEN, _SYSTEM}),
    (CaseStatus.ON_HOLD, CaseStatus.ARCHIVED): frozenset({_CITIZEN, _SYSTEM}),
    (CaseStatus.ARCHIVED, CaseStatus.NEW): frozenset({_OFFICER, _CITIZEN}),
}

# Where nobody works on a case any more. What has not ended its reporter may take back; this is no move of officers, so
# it stands outside their table: a unit must not be able to put a case away in the citizen's name.
ENDED: Final = frozenset({CaseStatus.CLOSED, CaseStatus.ARCHIVED})
# Waiting for the citizen is still "being processed" in LAPOR!'s public statistics.
LAPOR_BUCKET: Final[dict[CaseStatus, str]] = {
    CaseStatus.NEW: "belum_terverifikasi",
    CaseStatus.VERIFIED: "belum_ditindaklanjuti",
    CaseStatus.IN_PROGRESS: "sedang_diproses",
    CaseStatus.ANSWERED: "sedang_diproses",
    CaseStatus.CLOSED: "selesai",
    CaseStatus.ON_HOLD: "tertunda",
    CaseStatus.ARCHIVED: "arsip",
}


class MoveNotAllowedError(ConflictError):
    """A case cannot go from where it stands to where somebody wants it."""

    code = "move_not_allowed"


class NotAnsweredError(ConflictError):
    """A case cannot end before the citizen has an answer."""

    code = "not_answered"


def check_move(current: CaseStatus, wanted: CaseStatus, by: Mover) -> None:
    """Refuse a move that the table of moves does not hold.

    Raises
    ------
    NotAnsweredError
        Closing a case that has no answer standing.
    MoveNotAllowedError
        Any other move outside the table, staying in place included, or by somebody else than it names.
    """
    if by in MOVES.get((current, wanted), frozenset()):
        return
    if wanted is CaseStatus.CLOSED and current is not CaseStatus.CLOSED:
        raise NotAnsweredError("Kasus ini belum ditanggapi; kirim tanggapan kepada pelapor sebelum menutupnya.")
    raise _changed()


def check_stands(current: CaseStatus, *wanted: CaseStatus) -> None:
    """Refuse a step that a case has passed, or not reached.

    Raises
    ------
    MoveNotAllowedError
    """
    if current not in wanted:
        raise _changed()


def _changed() -> MoveNotAllowedError:
    return MoveNotAllowedError(
        "Keadaan kasus ini sudah berubah, sehingga langkah itu tidak dapat dilakukan lagi; "
        "muat ulang halaman untuk melihat keadaan terakhir."
    )


def is_reopening(current: CaseStatus, wanted: CaseStatus) -> bool:
    """Tell whether a move takes an answered or closed case up again; each one is counted."""
    return current in {CaseStatus.ANSWERED, CaseStatus.CLOSED} and wanted is CaseStatus.IN_PROGRESS


def lapor_bucket(status: CaseStatus) -> str:
    """Return the bucket of LAPOR!'s statistics in which a case counts."""
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

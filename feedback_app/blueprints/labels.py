"""The words people see for what is stored as an English word; templates use the filter `label`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.handling.rules import CaseStatus, Outcome
from feedback_app.intake.rules import BadReason, GoodReason, SubmissionKind
from feedback_app.organisation.models import UnitKind

# Any: Flask-Babel's lazy strings have no type of their own.
Words = Any

# PermenPANRB 14/2017 names the four values of an answer so.
RATINGS: Final[Mapping[int, Words]] = {
    1: _("Tidak baik"),
    2: _("Kurang baik"),
    3: _("Baik"),
    4: _("Sangat baik"),
}

_LABELS: Final[tuple[tuple[enum.StrEnum, Words], ...]] = (
    (SubmissionKind.RATING, _("Penilaian")),
    (SubmissionKind.COMPLAINT, _("Pengaduan")),
    (SubmissionKind.ASPIRATION, _("Aspirasi atau usulan")),
    (SubmissionKind.INFORMATION_REQUEST, _("Permintaan informasi")),
    (SubmissionKind.PRAISE, _("Pujian")),
    (SubmissionKind.UNSPECIFIED, _("Belum dikelompokkan")),
    (BadReason.SLOW, _("Lama")),
    (BadReason.COMPLICATED, _("Syarat atau alurnya rumit")),
    (BadReason.UNFRIENDLY, _("Petugas kurang ramah")),
    (BadReason.NOT_COMPETENT, _("Petugas kurang menguasai")),
    (BadReason.EXPENSIVE, _("Biaya mahal atau tidak jelas")),
    (BadReason.UNCOMFORTABLE, _("Tempat kurang nyaman")),
    (GoodReason.FAST, _("Cepat")),
    (GoodReason.CLEAR_PROCEDURE, _("Syarat dan alurnya jelas")),
    (GoodReason.FRIENDLY, _("Petugas ramah")),
    (GoodReason.COMPETENT, _("Petugas cakap")),
    (GoodReason.FAIR_FEE, _("Biaya wajar dan jelas")),
    (GoodReason.COMFORTABLE, _("Tempat nyaman")),
    (CaseStatus.NEW, _("Baru")),
    (CaseStatus.IN_PROGRESS, _("Sedang diproses")),
    (CaseStatus.ANSWERED, _("Sudah ditanggapi")),
    (CaseStatus.CLOSED, _("Selesai")),
    (CaseStatus.ON_HOLD, _("Tertunda")),
    (CaseStatus.ARCHIVED, _("Diarsipkan")),
    (Outcome.CONFIRMED, _("Selesai menurut pelapor")),
    (Outcome.PARTLY, _("Selesai sebagian menurut pelapor")),
    (Outcome.DISPUTED, _("Belum selesai menurut pelapor")),
    (Outcome.SILENT, _("Ditutup tanpa kabar dari pelapor")),
    (UnitKind.DEPARTMENT, _("Dinas atau badan")),
    (UnitKind.DISTRICT, _("Kecamatan")),
    (UnitKind.SUBDISTRICT, _("Kelurahan")),
    (UnitKind.HEALTH_CENTRE, _("Puskesmas")),
    (UnitKind.HOSPITAL, _("Rumah sakit")),
    (UnitKind.INSPECTORATE, _("Inspektorat")),
    (UnitKind.SECTION, _("Bidang atau loket")),
)

# Members of two enumerations that share a stored word are equal as strings, so the enumeration is part of the key.
_BY_KIND: Final = {(type(member), member.value): words for member, words in _LABELS}


def label(value: enum.StrEnum | int | None) -> Words:
    """Return the words for a stored value; a dash for None.

    Raises
    ------
    KeyError
        The value has no words yet.
    """
    if value is None:
        return "–"
    if isinstance(value, enum.StrEnum):
        return _BY_KIND[type(value), value.value]
    return RATINGS[value]

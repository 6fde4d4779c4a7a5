"""Words for what employees contest, why, and how it ends."""

from __future__ import annotations

import enum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.replies.conflicts import Conflict
from feedback_app.evaluation.replies.rules import (
    ContestKind,
    ContestOutcome,
    ContestReason,
    ContestState,
    Correction,
    ObjectionOutcome,
)
from feedback_app.evaluation.result_models import CaseDuty

REPLY_LABELS: Final[tuple[tuple[enum.StrEnum, Any], ...]] = (
    (ContestKind.RATING, _("Satu penilaian kurang baik")),
    (ContestKind.MONTH, _("Penilaian satu bulan")),
    (ContestKind.ASSIGNMENT, _("Penugasan")),
    (ContestKind.CASES, _("Catatan penanganan kasus")),
    (ContestKind.FIGURE, _("Hasil keseluruhan")),
    (ContestReason.WRONG_PERSON, _("Bukan saya yang melayani atau bertanggung jawab")),
    (ContestReason.OUTSIDE_AUTHORITY, _("Di luar wewenang saya")),
    (ContestReason.ABUSE, _("Penyalahgunaan atau serangan pribadi")),
    (ContestReason.DUPLICATE, _("Penilaian ganda")),
    (ContestReason.FACTUAL_ERROR, _("Fakta atau datanya keliru")),
    (Exclusion.WRONG_PERSON, _("Bukan pegawai ini yang melayani")),
    (Exclusion.OUTSIDE_AUTHORITY, _("Di luar wewenang pegawai ini")),
    (Exclusion.ABUSE, _("Penyalahgunaan atau serangan pribadi")),
    (Exclusion.DUPLICATE, _("Penilaian ganda")),
    (Exclusion.FACTUAL_ERROR, _("Fakta atau datanya keliru")),
    (Exclusion.RESTRICTED, _("Pemakaiannya dibatasi oleh pemberi nilai")),
    (ContestState.FILED, _("Menunggu penunjukan penelaah")),
    (ContestState.ASSIGNED, _("Sedang ditelaah")),
    (ContestState.DECIDED, _("Sudah diputus")),
    (ContestState.WITHDRAWN, _("Ditarik kembali")),
    (ContestOutcome.UPHELD, _("Diterima")),
    (ContestOutcome.PARTLY, _("Diterima sebagian")),
    (ContestOutcome.REJECTED, _("Tidak diterima")),
    (Correction.POSTS, _("Penugasan diperbaiki oleh kepegawaian")),
    (Correction.ROSTER, _("Daftar jaga diperbaiki oleh kepegawaian")),
    (Correction.CASES, _("Catatan kasus diperiksa oleh tim penilai")),
    (Correction.FIGURE, _("Perhitungan diperiksa oleh tim penilai")),
    (ObjectionOutcome.UPHELD, _("Diterima")),
    (ObjectionOutcome.PARTLY, _("Diterima sebagian")),
    (ObjectionOutcome.REJECTED, _("Tidak diterima")),
    (CaseDuty.HEAD, _("sebagai pimpinan unit")),
    (CaseDuty.HANDLER, _("sebagai yang menanggapi")),
    (Conflict.SUBJECT, _("Sanggahan ini tentang dirinya")),
    (Conflict.FILER, _("Ia yang mengajukan sanggahan ini")),
    (Conflict.LEADS, _("Ia memimpin unit pegawai itu atau unit di atasnya")),
    (Conflict.OUT_OF_REACH, _("Kewenangannya tidak mencakup unit yang bersangkutan")),
)

"""Words for cycles, their stages, and what the evidence in them says."""

from __future__ import annotations

import enum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.rules import Band, CycleKind, CycleStatus

EVALUATION_LABELS: Final[tuple[tuple[enum.StrEnum, Any], ...]] = (
    (CycleKind.MONTHLY, _("Bulanan")),
    (CycleKind.QUARTERLY, _("Triwulanan")),
    (CycleKind.SEMESTER, _("Semesteran")),
    (CycleKind.ANNUAL, _("Tahunan")),
    (CycleStatus.DRAFT, _("Belum dihitung")),
    (CycleStatus.COMPUTED, _("Sudah dihitung")),
    (CycleStatus.RIGHT_OF_REPLY, _("Hak jawab")),
    (CycleStatus.REVIEWED, _("Sudah ditelaah")),
    (CycleStatus.SIGNED, _("Sudah ditandatangani")),
    (CycleStatus.FROZEN, _("Dibekukan")),
    (Exclusion.NO_PROOF_OF_VISIT, _("Tanpa bukti kunjungan")),
    (Band.ABOVE, _("Di atas ekspektasi")),
    (Band.AS_EXPECTED, _("Sesuai ekspektasi")),
    (Band.BELOW, _("Di bawah ekspektasi")),
    (Band.INSUFFICIENT, _("Belum cukup bukti")),
)

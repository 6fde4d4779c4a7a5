"""The words for roles, how they came about, and how emergency access stands."""

from __future__ import annotations

import enum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.handling.break_glass.rules import Standing
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.organisation.access.queries import State

ACCESS_LABELS: Final[tuple[tuple[enum.StrEnum, Any], ...]] = (
    (Role.SUPERVISOR, _("Pengawas unit")),
    (Role.INSPECTOR, _("Pemeriksa Inspektorat")),
    (Role.AUDITOR, _("Auditor (hanya membaca)")),
    (GrantSource.PERSON, _("diberikan orang")),
    (GrantSource.INVITATION, _("bersama undangan")),
    (GrantSource.OIDC, _("menurut klaim penyedia identitas")),
    (GrantSource.CLI, _("oleh pengelola server")),
    (GrantSource.IMPORT, _("bersama daftar pegawai")),
    (GrantSource.DEMO, _("akun contoh")),
    (State.HELD, _("Berlaku")),
    (State.SOON, _("Segera berakhir")),
    (State.ENDED, _("Sudah berakhir")),
    (Standing.WAITING, _("Menunggu persetujuan")),
    (Standing.WAITING_FOR_INSPECTORATE, _("Menunggu Inspektorat")),
    (Standing.OPEN, _("Sedang terbuka")),
    (Standing.OVER, _("Waktunya habis")),
    (Standing.ENDED, _("Diakhiri")),
    (Standing.REFUSED, _("Ditolak")),
    (Standing.WITHDRAWN, _("Ditarik")),
    (Standing.LAPSED, _("Tidak dijawab dalam sehari")),
)

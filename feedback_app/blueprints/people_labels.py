"""The words for what is stored about people, posts and rosters."""

from __future__ import annotations

import enum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.identity.rules import Role
from feedback_app.organisation.people.gaps import GapKind
from feedback_app.organisation.people.post_rules import PostWarning
from feedback_app.organisation.people.rules import AttributionLevel, ChangeKind, ChangeState

PEOPLE_LABELS: Final[tuple[tuple[enum.StrEnum, Any], ...]] = (
    (Role.PERSONNEL, _("Kepegawaian")),
    (Role.REVIEWER, _("Penelaah")),
    (Role.SUPERIOR, _("Atasan Pejabat Penilai")),
    (Role.EMPLOYEE, _("Pegawai yang dinilai")),
    (AttributionLevel.COUNTER, _("Catatan loket, lalu penugasan")),
    (AttributionLevel.ASSIGNMENT, _("Penugasan saja")),
    (AttributionLevel.UNIT, _("Unit saja, tidak pada orang")),
    (ChangeKind.ASSIGN, _("Jabatan baru")),
    (ChangeKind.END, _("Jabatan diakhiri")),
    (ChangeKind.CORRECT, _("Jabatan diperbaiki")),
    (ChangeKind.CANCEL, _("Jabatan dibatalkan")),
    (ChangeKind.DUTY, _("Jadwal loket")),
    (ChangeKind.IMPORT, _("Impor pegawai")),
    (ChangeKind.UNDO_IMPORT, _("Impor diurungkan")),
    (ChangeKind.LINK, _("Akun ditautkan")),
    (ChangeState.WAITING, _("Menunggu persetujuan")),
    (ChangeState.APPROVED, _("Disetujui")),
    (ChangeState.REFUSED, _("Ditolak")),
    (ChangeState.WITHDRAWN, _("Ditarik")),
    (PostWarning.ACTING_TOO_LONG, _("Plt ini melebihi tiga bulan dan satu kali perpanjangan tiga bulan.")),
    (
        PostWarning.ABSENT_WITHOUT_HOLDER,
        _("Plh menggantikan pejabat yang berhalangan, tetapi jabatan itu kosong pada sebagian harinya."),
    ),
    (GapKind.NOBODY, _("Tidak ada yang bertanggung jawab")),
    (GapKind.NOBODY_AT_COUNTER, _("Loket tanpa penanggung jawab")),
    (GapKind.NO_DUTY_ENTRY, _("Jadwal loket kosong")),
    (GapKind.VACANT_HEAD, _("Pimpinan kosong")),
    (GapKind.ABSENT_WITHOUT_HOLDER, _("Plh pada jabatan kosong")),
    (GapKind.SHARES, _("Bagian tidak berjumlah 100 persen")),
    (GapKind.ACTING_TOO_LONG, _("Plt terlalu lama")),
    (GapKind.NO_POST, _("Pegawai tanpa jabatan")),
    (GapKind.NO_ACCOUNT, _("Pegawai tanpa akun")),
    (GapKind.POST_AFTER_LEAVING, _("Jabatan sesudah berhenti")),
)

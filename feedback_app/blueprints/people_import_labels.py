"""The words for what imports of people store, and for what their columns mean."""

from __future__ import annotations

import enum
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.organisation.people.imports.fields import Field
from feedback_app.organisation.people.rules import ImportState, RowChange

PEOPLE_IMPORT_LABELS: Final[tuple[tuple[enum.StrEnum, Any], ...]] = (
    (ImportState.PREVIEWED, _("Pratinjau")),
    (ImportState.WAITING, _("Menunggu orang kedua")),
    (ImportState.APPLIED, _("Diterapkan")),
    (ImportState.UNDONE, _("Diurungkan")),
    (ImportState.DROPPED, _("Dibuang")),
    (RowChange.NEW_PERSON, _("Pegawai baru")),
    (RowChange.NEW_POST, _("Jabatan baru atau pindah")),
    (RowChange.CHANGED_PERSON, _("Data pegawai berubah")),
    (RowChange.CHANGED_POST, _("Jabatan diperbaiki")),
    (RowChange.ENDED_POST, _("Jabatan berakhir")),
    (RowChange.SAME, _("Tidak berubah")),
    (RowChange.REFUSED, _("Ditolak")),
)
FIELD_WORDS: Final[dict[Field, Any]] = {
    Field.NIP: _("NIP"),
    Field.NAME: _("Nama"),
    Field.TITLE_BEFORE: _("Gelar depan"),
    Field.TITLE_AFTER: _("Gelar belakang"),
    Field.RANK: _("Pangkat/golongan"),
    Field.POSITION: _("Jabatan"),
    Field.POSITION_TYPE: _("Jenis jabatan"),
    Field.UNIT: _("Unit kerja (kode atau nama)"),
    Field.PARENT_UNIT: _("Unit induk"),
    Field.SERVICE: _("Layanan (kode)"),
    Field.STARTS_ON: _("TMT jabatan (mulai)"),
    Field.ENDS_ON: _("TMT selesai"),
    Field.KIND: _("Jenis penugasan"),
    Field.IS_HEAD: _("Pimpinan (ya/tidak)"),
    Field.SHARE: _("Bagian tugas"),
    Field.DECREE: _("Nomor SK"),
    Field.STATUS: _("Status"),
    Field.STATUS_ON: _("Tanggal status"),
    Field.EMAIL: _("Email akun"),
}

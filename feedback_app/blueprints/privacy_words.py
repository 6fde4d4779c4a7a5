"""The words for retention and breaches; the room's own reasons are English, for docs and terminals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _

from feedback_app.blueprints.labels import Words
from feedback_app.privacy.models import BreachState
from feedback_app.privacy.retention.rules import FIXED, RetentionKind

KINDS: Final[Mapping[RetentionKind, Words]] = {
    RetentionKind.CONTACTS: _("Surel atau nomor WhatsApp pelapor"),
    RetentionKind.ATTACHMENTS: _("Foto dan dokumen pelapor"),
    RetentionKind.WORDS: _("Tulisan pelapor"),
    RetentionKind.REQUEST_WORDS: _("Tulisan pada permintaan tentang data"),
    RetentionKind.MESSAGES: _("Isi pesan yang sudah dikirim"),
    RetentionKind.VISIT_TOKENS: _("Jam pada kode kunjungan"),
    RetentionKind.STAGED_IMPORTS: _("Berkas impor yang tidak jadi diterbitkan"),
}
SINCE: Final[Mapping[RetentionKind, Words]] = {
    RetentionKind.CONTACTS: _("sejak kasus berakhir"),
    RetentionKind.ATTACHMENTS: _("sejak kasus berakhir"),
    RetentionKind.WORDS: _("sejak kasus berakhir"),
    RetentionKind.REQUEST_WORDS: _("sejak permintaan dijawab"),
    RetentionKind.MESSAGES: _("sejak pesan dibuat"),
    RetentionKind.VISIT_TOKENS: _("sejak hari kunjungan"),
    RetentionKind.STAGED_IMPORTS: _("sejak impor dimulai"),
}
# Where an agency set nothing else.
BASES: Final[Mapping[RetentionKind, Words]] = {
    RetentionKind.CONTACTS: _("Tujuannya tercapai (UU 27/2022 Ps 42): tidak ada lagi yang perlu dikabarkan."),
    RetentionKind.ATTACHMENTS: _(
        "Sering menampakkan data spesifik (UU 27/2022 Ps 4). Jadwal retensi arsip didahulukan."
    ),
    RetentionKind.WORDS: _(
        "Jadwal retensi arsip (UU 43/2009; UU 27/2022 Ps 44). Nilai dan kelompoknya tetap dihitung."
    ),
    RetentionKind.REQUEST_WORDS: _("Bukti bahwa permintaan dipenuhi (UU 27/2022 Ps 31); jenis dan hasilnya tetap ada."),
    RetentionKind.MESSAGES: _("Tujuannya tercapai (UU 27/2022 Ps 42); bahwa pesan dikirim tetap tercatat."),
    RetentionKind.VISIT_TOKENS: _("Menit cetak menunjuk ke satu kunjungan; sesudahnya cukup harinya."),
    RetentionKind.STAGED_IMPORTS: _("Tujuannya tercapai (UU 27/2022 Ps 42): berkasnya dapat dibaca lagi."),
}
_FIXED: Final[Mapping[str, Words]] = {
    "network_marks": _("Tanda jaringan"),
    "people_lists": _("Daftar pegawai yang diimpor"),
    "sign_ins": _("Catatan masuk akun petugas"),
    "audit_trail": _("Jejak audit: hanya nomor, tanpa tulisan"),
    "evaluation": _("Angka tentang pegawai: menurut jadwal retensi arsip kepegawaian"),
    "posts": _("Jabatan dan jadwal tugas: arsip negara"),
    "ratings": _("Nilai tanpa tulisan: tidak menunjuk siapa pun"),
}
STATES: Final[Mapping[BreachState, Words]] = {
    BreachState.DRAFT: _("Rancangan, menunggu pengesahan"),
    BreachState.CONFIRMED: _("Disahkan dan diberitahukan"),
    BreachState.CLOSED: _("Selesai"),
    BreachState.DISMISSED: _("Bukan kebocoran"),
}


def fixed_words() -> list[tuple[Words, int | None]]:
    """Return what is kept for a time that is no setting, with its days (None: kept)."""
    return [(_FIXED[name], fixed.days) for name, fixed in FIXED.items()]

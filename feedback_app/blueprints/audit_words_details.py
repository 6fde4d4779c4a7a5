"""Words for the details of acts in the audit trail, where codes and numbers stand; a download keeps the codes."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.blueprints.labels import label
from feedback_app.handling.rules import CaseStatus
from feedback_app.identity.rules import GrantSource, Role

DETAILS: Final[Mapping[str, Any]] = {
    "added": _("ditambahkan"),
    "after": _("sesudah"),
    "approved_by": _("disetujui akun nomor"),
    "attachment_id": _("lampiran nomor"),
    "attachments": _("lampiran"),
    "basis": _("dasar"),
    "before": _("sebelum"),
    "case_id": _("kasus nomor"),
    "cases": _("banyaknya kasus"),
    "categories": _("jenis data"),
    "cause": _("sebab"),
    "classification": _("golongan"),
    "contacts": _("banyaknya kontak"),
    "count": _("banyaknya"),
    "counter_id": _("loket nomor"),
    "cycle_id": _("periode evaluasi nomor"),
    "day": _("hari"),
    "days": _("jumlah hari"),
    "employee_id": _("pegawai nomor"),
    "ends_on": _("hari terakhir"),
    "failed": _("gagal"),
    "files": _("berkas"),
    "first": _("yang pertama"),
    "from_status": _("keadaan semula"),
    "from_unit_id": _("dari unit nomor"),
    "from_user_id": _("dari akun nomor"),
    "grant_id": _("wewenang nomor"),
    "input_hash": _("sidik masukan"),
    "invitation_id": _("undangan nomor"),
    "is_active": _("aktif"),
    "kind": _("jenis"),
    "last": _("yang terakhir"),
    "left": _("tersisa"),
    "left_out": _("tidak dimuat"),
    "level": _("tingkat"),
    "link_id": _("hubungan nomor"),
    "makes_account": _("membuat akun"),
    "means": _("masuk dengan"),
    "message_id": _("pesan nomor"),
    "messages": _("banyaknya pesan"),
    "method_version": _("versi cara hitung"),
    "minutes": _("menit"),
    "model_version": _("versi pembaca"),
    "n": _("banyaknya kali"),
    "note_id": _("catatan nomor"),
    "opened_case_id": _("kasus yang dibuka"),
    "outcome": _("hasil"),
    "output_hash": _("sidik hasil"),
    "page": _("halaman"),
    "passkey_id": _("kunci sandi nomor"),
    "period_id": _("periode nomor"),
    "proof_id": _("bukti nomor"),
    "reason": _("alasan"),
    "removed": _("dihilangkan"),
    "replaced": _("menggantikan yang lama"),
    "reply_id": _("tanggapan nomor"),
    "request_id": _("permintaan nomor"),
    "request_words": _("tulisan permintaan"),
    "review_id": _("tinjauan nomor"),
    "reviewer_id": _("penelaah, akun nomor"),
    "role": _("wewenang"),
    "rule_id": _("aturan nomor"),
    "sending": _("pengiriman ke"),
    "sent": _("terkirim"),
    "service_id": _("layanan nomor"),
    "sign_in_id": _("sesi masuk nomor"),
    "source": _("asal"),
    "staged_imports": _("berkas impor"),
    "starts_on": _("hari pertama"),
    "status": _("keadaan"),
    "step": _("langkah"),
    "to_status": _("keadaan sesudahnya"),
    "to_unit_id": _("ke unit nomor"),
    "to_user_id": _("ke akun nomor"),
    "told": _("yang diberi tahu"),
    "unit_id": _("unit nomor"),
    "user_id": _("akun nomor"),
    "verdict": _("putusan"),
    "version": _("versi"),
    "visit_tokens": _("kode kunjungan"),
    "visited_on": _("hari kunjungan"),
    "words": _("tulisan"),
}

# A code of these names is one of an enumeration, which has words of its own.
_CODES: Final[Mapping[str, type[enum.StrEnum]]] = {
    "from_status": CaseStatus, "role": Role, "source": GrantSource, "status": CaseStatus, "to_status": CaseStatus,
}  # fmt: skip


def detail_words(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what else an act noted, each with its name; a name or a code without words stands as it is."""
    return [(str(DETAILS.get(name, name)), _value(name, value)) for name, value in sorted(detail.items())]


def _value(name: str, value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(gettext("ya") if value else gettext("tidak"))
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value) or "–"
    kinds = _CODES.get(name)
    if kinds is not None and value in {member.value for member in kinds}:
        return str(label(kinds(value)))
    return str(value)

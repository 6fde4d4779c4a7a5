"""The audit trail in words: who, what was done, upon what. The trail itself holds codes (`audit.rules`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.audit_words_cases import CASE_ACTS
from feedback_app.blueprints.audit_words_figures import FIGURE_ACTS
from feedback_app.blueprints.audit_words_people import PEOPLE_ACTS
from feedback_app.handling.trail.queries import TrailRow

ACTS: Final[Mapping[str, Any]] = {**CASE_ACTS, **PEOPLE_ACTS, **FIGURE_ACTS}

ROOMS: Final[Mapping[str, Any]] = {
    "handling": _("Kasus dan laporan"),
    "intake": _("Penerimaan masukan"),
    "drain": _("Pembacaan laporan"),
    "analysis": _("Pembaca otomatis"),
    "identity": _("Akun dan wewenang"),
    "organisation": _("Instansi, pegawai, dan jabatan"),
    "privacy": _("Data pribadi"),
    "evaluation": _("Evaluasi"),
    "measures": _("Angka dan kejanggalan"),
    "survey": _("Survei SKM"),
    "reporting": _("Laporan survei"),
    "notifications": _("Pesan"),
    "audit": _("Jejak audit"),
}

SUBJECTS: Final[Mapping[str, Any]] = {
    "agency": _("instansi"),
    "anomaly": _("kejanggalan"),
    "assignment": _("jabatan"),
    "attribution_rule": _("tingkat tanggung jawab"),
    "audit_seal": _("segel"),
    "board_lot": _("kelompok penilaian"),
    "breach": _("kebocoran data"),
    "break_glass": _("akses darurat"),
    "bulk_act": _("tindakan atas banyak kasus"),
    "case": _("kasus"),
    "claim_rule": _("aturan akun instansi (SSO)"),
    "contact": _("kontak"),
    "contest": _("sanggahan"),
    "counter": _("loket"),
    "counter_key": _("kunci mesin loket"),
    "cycle": _("periode evaluasi"),
    "deadline_round": _("hitung ulang tenggat"),
    "drift_alarm": _("peringatan pembaca"),
    "employee": _("pegawai"),
    "import": _("impor"),
    "improvement": _("perbaikan layanan"),
    "message": _("pesan"),
    "model": _("model pembaca"),
    "objection": _("keberatan"),
    "people_change": _("usulan perubahan pegawai"),
    "people_import": _("daftar pegawai"),
    "release": _("angka umum"),
    "reply_template": _("templat tanggapan"),
    "retention_rule": _("masa simpan"),
    "retention_run": _("penghapusan menurut masa simpan"),
    "skm_action": _("tindak lanjut survei"),
    "skm_batch": _("pemasukan kuesioner"),
    "skm_instrument": _("kuesioner"),
    "skm_period": _("periode survei"),
    "skm_set_aside": _("jawaban survei yang disisihkan"),
    "sla_rule": _("aturan tenggat"),
    "subject_request": _("permintaan data pribadi"),
    "submission": _("laporan"),
    "sync_key": _("kunci sistem kepegawaian"),
    "unit": _("unit"),
    "user": _("akun"),
    "vault": _("brankas kontak"),
    "wall_code": _("kode dinding"),
    "working_hours": _("jam kerja"),
}


def act_words(action: str) -> str:
    """Return what was done, in words; an act that has none is told by its code."""
    return str(ACTS.get(action, action))


def subject_words(kind: str, number: int | None = None) -> str:
    """Return upon what, such as `kasus 12`; a kind that has no words is told by its code."""
    words = str(SUBJECTS.get(kind, kind))
    return words if number is None else f"{words} {number}"


def actor_words(row: TrailRow) -> str:
    """Return who acted; an account whose name is gone by its number."""
    if row.actor_kind is ActorKind.CITIZEN:
        return str(gettext("Warga"))
    if row.actor_kind is ActorKind.SYSTEM:
        return str(gettext("Sistem"))
    return row.actor_name or str(gettext("Akun %(number)s", number=row.actor_id))


def choices_of_acts() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the acts to choose from, by room: its prefix, its words, and the acts by their words."""
    found = []
    for room, words in ROOMS.items():
        acts = [(code, str(said)) for code, said in ACTS.items() if code.startswith(f"{room}.")]
        found.append((f"{room}.", str(words), sorted(acts, key=lambda act: act[1])))
    return found


def choices_of_subjects() -> list[tuple[str, str]]:
    """Return the kinds of subjects to choose from, by their words."""
    return sorted(((kind, str(words)) for kind, words in SUBJECTS.items()), key=lambda one: one[1])

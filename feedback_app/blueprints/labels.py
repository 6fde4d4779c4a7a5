"""The words people see for what is stored as an English word; templates use the filter `label`."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _

from feedback_app.blueprints.access_labels import ACCESS_LABELS
from feedback_app.blueprints.evaluation_labels import EVALUATION_LABELS
from feedback_app.blueprints.people_import_labels import PEOPLE_IMPORT_LABELS
from feedback_app.blueprints.people_labels import PEOPLE_LABELS
from feedback_app.blueprints.reply_labels import REPLY_LABELS
from feedback_app.blueprints.survey_labels import SURVEY_LABELS
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.clocks.sla_editing import Origin
from feedback_app.handling.publication.models import ImprovementStage
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome, ReplyKind
from feedback_app.identity.rules import Role
from feedback_app.intake.rules import (
    AnalysisState,
    BadReason,
    Channel,
    ContactKind,
    GoodReason,
    Signal,
    SubmissionKind,
)
from feedback_app.measures.release_models import AnomalyKind, AnomalyState
from feedback_app.nlp.labels import Aspect, Kind, Language, Sector, Sentiment, Tone, Urgency
from feedback_app.nlp.personal.pii import PiiKind
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.rules import AssignmentKind

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
    (CaseStatus.VERIFIED, _("Terverifikasi")),
    (CaseStatus.IN_PROGRESS, _("Sedang diproses")),
    (CaseStatus.ANSWERED, _("Sudah ditanggapi")),
    (CaseStatus.CLOSED, _("Selesai")),
    (CaseStatus.ON_HOLD, _("Tertunda")),
    (CaseStatus.ARCHIVED, _("Diarsipkan")),
    (Outcome.CONFIRMED, _("Selesai menurut pelapor")),
    (Outcome.PARTLY, _("Selesai sebagian menurut pelapor")),
    (Outcome.DISPUTED, _("Belum selesai menurut pelapor")),
    (Outcome.SILENT, _("Ditutup tanpa kabar dari pelapor")),
    (RequestKind.ACCESS, _("Lihat atau unduh data")),
    (RequestKind.ERASURE, _("Hapus data")),
    (RequestKind.CORRECTION, _("Perbaiki data")),
    (RequestKind.RESTRICTION, _("Batasi pemakaian data")),
    (RequestOutcome.DONE, _("Sudah dipenuhi")),
    (RequestOutcome.REFUSED, _("Ditolak")),
    (ContactKind.EMAIL, _("Surel")),
    (ContactKind.WHATSAPP, _("WhatsApp")),
    (UnitKind.DEPARTMENT, _("Dinas atau badan")),
    (UnitKind.DISTRICT, _("Kecamatan")),
    (UnitKind.SUBDISTRICT, _("Kelurahan")),
    (UnitKind.HEALTH_CENTRE, _("Puskesmas")),
    (UnitKind.HOSPITAL, _("Rumah sakit")),
    (UnitKind.INSPECTORATE, _("Inspektorat")),
    (UnitKind.SECTION, _("Bidang atau loket")),
    (Channel.OPEN, _("Terbuka")),
    (Channel.KIOSK, _("Layar di loket")),
    (Channel.TOKEN, _("Token kunjungan")),
    (Channel.IMPORTED, _("Impor")),
    (Classification.INFORMATION_REQUEST, _("Permintaan informasi")),
    (Classification.NO_OVERSIGHT, _("Pengaduan tidak berkadar pengawasan")),
    (Classification.OVERSIGHT, _("Pengaduan berkadar pengawasan")),
    (Classification.ASPIRATION, _("Aspirasi")),
    (Classification.PUBLIC_INFORMATION, _("Permohonan informasi publik (KIP)")),
    (ArchiveReason.WITHDRAWN, _("Ditarik oleh pelapor")),
    (ArchiveReason.INCOMPLETE, _("Tidak dilengkapi pelapor")),
    (ArchiveReason.UNCLEAR, _("Tidak jelas")),
    (ArchiveReason.OUT_OF_SCOPE, _("Bukan kewenangan")),
    (ArchiveReason.ILLOGICAL, _("Tidak logis")),
    (ArchiveReason.SPAM, _("Bukan laporan (spam)")),
    (ArchiveReason.REFERRED, _("Ditangani instansi lain")),
    (CaseClock.VERIFY, _("Verifikasi")),
    (CaseClock.REPLY, _("Tanggapan")),
    (CaseClock.RESOLVE, _("Penyelesaian")),
    (Origin.DEFAULT, _("bawaan")),
    (Origin.AGENCY, _("instansi")),
    (Origin.UNIT, _("unit")),
    (ReplyKind.ANSWER, _("Tanggapan")),
    (ReplyKind.PROGRESS, _("Kabar penanganan")),
    (ReplyKind.QUESTION, _("Pertanyaan kepada pelapor")),
    (ReplyKind.EXPLANATION, _("Penjelasan")),
    (AnalysisState.PENDING, _("Belum dibaca")),
    (AnalysisState.DONE, _("Sudah dibaca")),
    (AnalysisState.QUARANTINED, _("Tidak terbaca oleh mesin")),
    (Signal.HONEYPOT, _("isian yang tidak terlihat oleh orang ikut terisi")),
    (Signal.TOO_FAST, _("terkirim lebih cepat daripada orang dapat mengisinya")),
    (Kind.COMPLAINT, _("Pengaduan")),
    (Kind.ASPIRATION, _("Aspirasi")),
    (Kind.INFORMATION_REQUEST, _("Permintaan informasi")),
    (Kind.PRAISE, _("Pujian")),
    (Kind.SPAM, _("Bukan masukan (spam)")),
    (Sentiment.NEGATIVE, _("Negatif")),
    (Sentiment.NEUTRAL, _("Netral")),
    (Sentiment.POSITIVE, _("Positif")),
    (Urgency.NORMAL, _("Biasa")),
    (Urgency.HIGH, _("Mendesak")),
    (Urgency.CRITICAL, _("Sangat mendesak")),
    (Aspect.REQUIREMENTS, _("Persyaratan")),
    (Aspect.PROCEDURE, _("Prosedur")),
    (Aspect.DELAY, _("Penundaan berlarut")),
    (Aspect.QUEUE_HOURS, _("Antrean dan jam layanan")),
    (Aspect.NOT_SERVED, _("Tidak dilayani")),
    (Aspect.FEE, _("Biaya")),
    (Aspect.ILLEGAL_LEVY, _("Pungutan liar")),
    (Aspect.PRODUCT_ERROR, _("Hasil layanan keliru")),
    (Aspect.COMPETENCE, _("Kecakapan petugas")),
    (Aspect.CONDUCT, _("Sikap petugas")),
    (Aspect.DISCRIMINATION, _("Diskriminasi")),
    (Aspect.ABUSE_OF_POWER, _("Penyalahgunaan wewenang")),
    (Aspect.FACILITIES, _("Sarana dan prasarana")),
    (Aspect.ACCESSIBILITY, _("Akses bagi kelompok rentan")),
    (Aspect.ONLINE_SYSTEM, _("Sistem daring")),
    (Aspect.INFORMATION, _("Informasi layanan")),
    (Aspect.COMPLAINT_HANDLING, _("Penanganan pengaduan")),
    (Aspect.DATA_PRIVACY, _("Data pribadi")),
    (Aspect.OTHER, _("Lainnya")),
    (Language.INDONESIAN, _("Bahasa Indonesia")),
    (Language.INFORMAL, _("Bahasa Indonesia sehari-hari")),
    (Language.REGIONAL_MIX, _("Bercampur bahasa daerah")),
    (Language.ENGLISH, _("Bahasa Inggris")),
    (Sector.CIVIL_REGISTRY, _("Kependudukan dan pencatatan sipil")),
    (Sector.HEALTH, _("Kesehatan")),
    (Sector.LICENSING, _("Perizinan")),
    (Sector.TAX, _("Pajak dan retribusi")),
    (Sector.WATER, _("Air bersih")),
    (Sector.ROADS, _("Jalan, jembatan, dan penerangan jalan")),
    (Sector.WASTE, _("Sampah dan kebersihan")),
    (Sector.TRANSPORT, _("Perhubungan dan parkir")),
    (Sector.EDUCATION, _("Pendidikan")),
    (Sector.SOCIAL_AID, _("Bantuan sosial")),
    (Sector.LAND, _("Pertanahan")),
    (Sector.RELIGIOUS_AFFAIRS, _("Urusan agama")),
    (Sector.POLICE_ORDER, _("Ketertiban umum")),
    (Sector.EMPLOYMENT, _("Ketenagakerjaan")),
    (Sector.MARKET, _("Pasar dan perdagangan")),
    (Sector.VILLAGE_OFFICE, _("Kantor desa atau kelurahan")),
    (Sector.OTHER, _("Lainnya")),
    (Tone.CIVIL, _("Tanpa kata kasar")),
    (Tone.ABUSIVE, _("Memuat kata kasar")),
    (PiiKind.NIK, _("NIK atau nomor kartu keluarga")),
    (PiiKind.NIP, _("NIP")),
    (PiiKind.PHONE, _("Nomor telepon")),
    (PiiKind.EMAIL, _("Alamat surel")),
    (PiiKind.PLATE, _("Nomor kendaraan")),
    (PiiKind.ACCOUNT, _("Nomor rekening, kartu, atau pelanggan")),
    (PiiKind.TAX_NUMBER, _("NPWP")),
    (PiiKind.PASSPORT, _("Nomor paspor")),
    (PiiKind.ADDRESS, _("Alamat rumah")),
    (PiiKind.NAME, _("Nama orang")),
    (ImprovementStage.PLANNED, _("Direncanakan")),
    (ImprovementStage.MADE, _("Sudah dilakukan")),
    (AssignmentKind.DEFINITIVE, _("Definitif")),
    (AssignmentKind.ACTING_VACANT, _("Plt (jabatan kosong)")),
    (AssignmentKind.ACTING_ABSENT, _("Plh (pejabat berhalangan)")),
    (AssignmentKind.ADDITIONAL, _("Tugas tambahan")),
    (AnomalyKind.BURST, _("Lonjakan mendadak")),
    (AnomalyKind.ONE_NETWORK, _("Sebagian besar dari satu jaringan")),
    (AnomalyKind.AUTOMATIC, _("Mungkin dikirim program")),
    (AnomalyState.QUARANTINED, _("Disisihkan")),
    (AnomalyState.CLEARED, _("Dihitung kembali")),
    (Role.OFFICER, _("Petugas")),
    (Role.UNIT_HEAD, _("Kepala unit")),
    (Role.EVALUATOR, _("Tim penilai")),
    (Role.ADMINISTRATOR, _("Pengelola")),
)

_RULES: Final = {
    "violence": _("kekerasan"),
    "harassment": _("pelecehan"),
    "danger": _("bahaya bagi nyawa atau kesehatan"),
    "intimidation": _("ancaman terhadap pelapor"),
    "illegal_levy": _("pungutan liar"),
    "abuse_of_power": _("penyalahgunaan wewenang"),
    "data_leak": _("kebocoran data pribadi"),
    "many_affected": _("banyak warga terdampak"),
    "denied_basic_service": _("layanan dasar ditolak"),
}

# Members of two enumerations that share a stored word are equal as strings, so the enumeration is part of the key.
_BY_KIND: Final = {
    (type(member), member.value): words
    for labels in (
        ACCESS_LABELS,
        _LABELS,
        SURVEY_LABELS,
        EVALUATION_LABELS,
        REPLY_LABELS,
        PEOPLE_LABELS,
        PEOPLE_IMPORT_LABELS,
    )
    for member, words in labels
}


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


def rule_label(source: str) -> Words:
    """Return the words for the written rule that decided an urgency, as stored: "rule:" and its name."""
    return _RULES[source.removeprefix("rule:")]

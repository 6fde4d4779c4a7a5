"""How the stored words and figures of an evidence pack read in an official document. Pure; Indonesian only."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from feedback_app.reporting import printing

BANDS: Final = {
    "above": "Di atas ekspektasi",
    "as_expected": "Sesuai ekspektasi",
    "below": "Di bawah ekspektasi",
    "insufficient": "Belum cukup bukti",
}
STATUSES: Final = {
    "draft": "belum dihitung", "computed": "sudah dihitung", "right_of_reply": "masa hak jawab",
    "reviewed": "sudah ditelaah", "signed": "sudah ditandatangani", "frozen": "final (dibekukan)",
}  # fmt: skip
KINDS: Final = {"monthly": "Bulanan", "quarterly": "Triwulanan", "semester": "Semesteran", "annual": "Tahunan"}
POSTS: Final = {
    "definitive": "Definitif", "acting_vacant": "Plt (jabatan kosong)",
    "acting_absent": "Plh (pejabat berhalangan)", "additional": "Tugas tambahan",
}  # fmt: skip
CHANNELS: Final = {
    "token": "Token kunjungan", "open": "Saluran terbuka", "kiosk": "Layar di loket", "imported": "Impor",
}  # fmt: skip
LEVELS: Final = {"counter": "Catatan loket", "assignment": "Penugasan"}
EXCLUSIONS: Final = {
    "no_proof_of_visit": "Tanpa bukti kunjungan (bobot nol)",
    "wrong_person": "Bukan pegawai ini (sanggahan diterima)",
    "outside_authority": "Di luar kewenangan (sanggahan diterima)",
    "abuse": "Penyalahgunaan (sanggahan diterima)",
    "duplicate": "Ganda (sanggahan diterima)",
    "factual_error": "Keliru menurut fakta (sanggahan diterima)",
    "restricted": "Pemakaiannya dibatasi oleh pemberi nilai",
}
REASONS: Final = {
    "wrong_person": "bukan saya", "outside_authority": "di luar kewenangan", "abuse": "penyalahgunaan",
    "duplicate": "ganda", "factual_error": "keliru menurut fakta",
}  # fmt: skip
CONTESTED: Final = {
    "rating": "Satu penilaian kurang baik", "month": "Penilaian satu bulan", "assignment": "Penugasan",
    "cases": "Catatan kasus", "figure": "Hasil keseluruhan",
}  # fmt: skip
OUTCOMES: Final = {"upheld": "diterima", "partly": "diterima sebagian", "rejected": "ditolak"}
DUTIES: Final = {"head": "Pimpinan unit", "handler": "Penjawab"}
RULES: Final = {
    "no_ratings": "Tidak ada penilaian dengan bukti kunjungan yang dihitung.",
    "withheld": "Penilaiannya terlalu sedikit; angkanya ditahan supaya jawaban seorang warga tidak dapat ditebak.",
    "no_difference": "Dalam siklus ini beda antarpegawai tidak melebihi kebetulan.",
    "few_ratings": "Penilaian efektif masih kurang dari 30; belum ada yang disimpulkan.",
    "low_reliability": "Keandalan masih kurang dari 0,70; belum ada yang disimpulkan.",
    "all_above": "Seluruh selang 90% berada di atas batas “sesuai ekspektasi”.",
    "all_below": "Seluruh selang 90% berada di bawah batas “sesuai ekspektasi”.",
    "crosses_both": "Selang 90% melampaui kedua batas; tidak ada yang dapat disimpulkan.",
    "within": "Selang 90% tidak seluruhnya melampaui batas “sesuai ekspektasi”.",
}
HELD_BACK: Final = "ditahan (terlalu sedikit)"
ZONES: Final = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def figure(value: float | None) -> str:
    """Return a figure with two decimals and a comma.

    >>> figure(81.5), figure(None)
    ('81,50', '–')
    """
    return printing.figure(None if value is None else Decimal(f"{value:.2f}"))


def signed(value: float | None) -> str:
    """Return points with their sign.

    >>> signed(1.2), signed(-0.4), signed(0.0)
    ('+1,20', '−0,40', '0,00')
    """
    return printing.signed(None if value is None else Decimal(f"{value:.2f}"))


def factor(value: float) -> str:
    """Return a factor with four decimals: with two, the product told beside it would not come out.

    >>> factor(0.9988)
    '0,9988'
    """
    return printing.figure(Decimal(f"{value:.4f}"))


def interval(low: float | None, high: float | None) -> str:
    """Return an interval of points, or a dash."""
    return "–" if low is None else f"{signed(low)} sampai {signed(high)}"


def day(value: str | None) -> str:
    """Return a day in words from its ISO form."""
    return "–" if value is None else printing.day(date.fromisoformat(value))


def month(value: str | None) -> str:
    """Return a month in words from `2026-05`; a dash where it is not told."""
    if value is None:
        return "–"
    year, number = value.split("-")
    return f"{printing.MONTHS[int(number) - 1]} {year}"


def moment(value: str | None, time_zone: str) -> str:
    """Return a moment by the office's clock, from its ISO form in UTC.

    >>> moment("2026-07-22T02:05:00Z", "Asia/Makassar")
    '22 Juli 2026 10.05 WITA'
    """
    if value is None:
        return "–"
    local = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).astimezone(ZoneInfo(time_zone))
    return f"{printing.day(local.date())} {local:%H.%M} {ZONES.get(time_zone, time_zone)}"


def percent(part: float | None) -> str:
    """Return a share in whole percent.

    >>> percent(0.5)
    '50%'
    """
    return "–" if part is None else f"{round(100 * part)}%"

"""The evidence pack as a workbook: summary, posts, groups, units, cases, contests, history, comments, method. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from feedback_app.reporting import evidence_words as words
from feedback_app.reporting.workbook_page import Book, Cell, Page


def workbook(held: dict[str, Any], on: date) -> bytes:
    """Return the workbook of an envelope (see `evidence_files.envelope`)."""
    content = held["content"]
    book = Book(f"Bukti umpan balik, {content['cycle']['name']}", content["agency"]["name"], on)
    _summary(book.page("Ringkasan", [34, 70]), held)
    _posts(book, content)
    _groups(book, content)
    _beside(book, content)
    _said(book, held)
    _history(book, content)
    _comments(book, held)
    _method(book, held)
    return book.done()


def decimal(value: float | None) -> Decimal | None:
    """Return a figure as the sheet shows it, with two decimals."""
    return None if value is None else Decimal(f"{value:.2f}")


def _pairs(page: Page, pairs: Sequence[tuple[str, Cell]]) -> None:
    for name, value in pairs:
        page.line([name, value])


def _summary(page: Page, held: dict[str, Any]) -> None:
    content = held["content"]
    measure, person, cycle = content["measure"], content["employee"], content["cycle"]
    page.title(f"Bukti umpan balik: {person['name']}")
    if not content["is_final"]:
        page.line(["BELUM FINAL", f"Keadaan siklus: {words.STATUSES[content['status']]}"], "strong")
    _pairs(
        page,
        [
            ("Catatan", content["notice"]),
            ("Instansi", content["agency"]["name"]),
            ("NIP", held.get("nip", person["nip_masked"])),
            ("Siklus", f"{cycle['name']}, versi {cycle['version']}"),
            ("Masa", f"{words.day(cycle['starts_on'])} – {words.day(cycle['ends_on'])}"),
            ("Penilaian yang dihitung", measure["n"]),
            ("Setara penilaian utuh", decimal(measure["n_effective"])),
            ("Menurut catatan loket", measure["n_counter_record"]),
            ("Hanya ditampilkan", measure["n_beside"]),
            ("Dikeluarkan sesudah sanggahan", measure["n_excluded"]),
            ("Disisihkan sebagai tidak wajar", measure["n_set_aside"]),
            ("Kesimpulan", words.BANDS[measure["band"]]),
            ("Alasan", words.RULES[measure["band_rule"]]),
        ],
    )
    _pairs(page, _figures(measure))
    _pairs(page, [("Teks untuk e-Kinerja", held["e_kinerja"]), ("SHA-256 paket", held["sha256"])])


def _figures(measure: dict[str, Any]) -> list[tuple[str, Cell]]:
    found, shadow = measure["figures"], measure["without_set_aside"]
    pairs: list[tuple[str, Cell]] = []
    if found is not None:
        pairs = [
            ("Rata-rata (25–100)", decimal(found["mean"])),
            ("Patokan", decimal(found["baseline"])),
            ("Beda dari patokan", decimal(found["residual"])),
            ("Faktor penarikan", words.factor(found["factor"])),
            ("Nilai (poin)", decimal(found["score"])),
            ("Galat baku", decimal(found["standard_error"])),
            ("Selang 90%: bawah", decimal(found["low"])),
            ("Selang 90%: atas", decimal(found["high"])),
            ("Keandalan", decimal(found["reliability"])),
        ]
    if shadow is not None:
        pairs.append(("Tanpa yang disisihkan", decimal(shadow["score"])))
    return pairs


def _posts(book: Book, content: dict[str, Any]) -> None:
    page = book.page("Penugasan", [34, 34, 28, 22, 10, 10, 16, 16, 26])
    page.title("Penugasan dalam siklus ini")
    page.head(["Jabatan", "Unit", "Layanan", "Sifat", "Pimpinan", "Bagian", "Mulai", "Selesai", "Nomor keputusan"])
    for one in content["posts"]:
        page.line(
            [one["position"], one["unit"], one["service"], words.POSTS[one["kind"]], "ya" if one["is_head"] else "",
             decimal(one["share"]), one["starts_on"], one["ends_on"], one["decree_number"]]
        )  # fmt: skip


def _groups(book: Book, content: dict[str, Any]) -> None:
    page = book.page("Penilaian", [30, 30, 26, 18, 16, 14, 10, 12, 12, 12, 40])
    page.title("Penilaian di balik angka, dalam kelompok")
    page.head(["Jabatan", "Unit", "Layanan", "Saluran", "Tingkat", "Bulan", "Banyaknya", "Setara utuh", "Rata-rata",
               "Patokan", "Keterangan"])  # fmt: skip
    for group in content["groups"]:
        place = [group["post"] or "Catatan loket", group["unit"], group["service"], words.CHANNELS[group["channel"]],
                 words.LEVELS[group["level"]]]  # fmt: skip
        told = words.EXCLUSIONS[group["exclusion"]] if group["exclusion"] else _laid(group["laid"])
        page.line(
            [*place, "semua", group["n"], decimal(group["weight"]),
             words.HELD_BACK if group["is_withheld"] else decimal(group["mean"]), decimal(group["baseline"]), told]
        )  # fmt: skip
        for part in group["months"]:
            shown = words.HELD_BACK if part["mean"] is None else decimal(part["mean"])
            page.line([*place, words.month(part["month"]), part["n"], None, shown, decimal(part["baseline"])])


def _laid(laid: list[dict[str, Any]]) -> str:
    return "; ".join(f"{one['n']} × bagian {words.percent(one['share'])}: {one['reason']}" for one in laid)


def _beside(book: Book, content: dict[str, Any]) -> None:
    page = book.page("Unit dan kasus", [34, 14, 14, 14, 14, 14, 12, 12, 12, 12, 12, 12, 12, 14])
    page.title("Hasil unit di samping hasil pegawai")
    page.head(["Unit", "Penilaian", "Tanpa bukti", "Tanpa penanggung jawab", "Rata-rata", "Nilai", "Bawah", "Atas",
               "Kunjungan tercatat", "Token dibagikan", "Token dipakai"])  # fmt: skip
    for one in content["units"]:
        found, asked = one["figures"] or {}, one["responses"]
        page.line(
            [one["unit"], one["n"], one["n_beside"], one["n_nobody"],
             decimal(found["mean"]) if found else words.HELD_BACK,
             *(decimal(found.get(name)) for name in ("score", "low", "high")), asked["transactions"], asked["tokens"],
             asked["tokens_used"]]
        )  # fmt: skip
    page.skip()
    page.head(["Unsur survei (SKM)", "Unit", "Survei", "Jawaban", "Nilai"], freeze=False)
    for one in content["survey_elements"]:
        page.line([one["name"], one["unit"], one["survey"], one["n"], decimal(one["value"])])
    page.skip()
    page.head(["Kasus: unit", "Sebagai", "Kasus", "Ditanggapi", "Tepat waktu", "Terbuka", "Dinyatakan selesai",
               "Dibenarkan", "Sebagian", "Disangkal", "Tanpa kabar", "Terbukti", "Pujian", "Median tunggu (jam)"],
              freeze=False)  # fmt: skip
    for one in content["cases"]:
        names = ("n", "replied", "on_time", "open", "declared", "confirmed", "partly", "disputed", "silent", "upheld",
                 "praise")  # fmt: skip
        page.line(
            [one["unit"], words.DUTIES[one["duty"]], *(one[name] for name in names), decimal(one["median_wait_hours"])]
        )


def _said(book: Book, held: dict[str, Any]) -> None:
    content, page = held["content"], book.page("Hak jawab", [30, 26, 26, 16, 50, 14, 50])
    page.title("Sanggahan, pernyataan, dan keberatan")
    page.line(["Pernyataan pegawai", content["statement"] or "tidak ada"])
    page.skip()
    page.head(["Disanggah", "Alasan", "Unit", "Bulan", "Kata pegawai", "Hasil", "Penjelasan penelaah"], freeze=False)
    for one in content["contests"]:
        outcome = words.OUTCOMES[one["outcome"]] if one["outcome"] else "belum diputus"
        page.line(
            [words.CONTESTED[one["kind"]], words.REASONS[one["reason"]], one["unit"], words.month(one["month"]),
             one["words"], outcome, one["explanation"]]
        )  # fmt: skip
    page.skip()
    for one in content["left_out"]:
        page.line([words.EXCLUSIONS[one["reason"]], one["n"]])
    if held["objection"]:
        told = held["objection"]
        page.skip()
        page.line(["Keberatan", told["words"], "Keputusan", words.OUTCOMES.get(told["outcome"], "belum diputus"),
                   told["decision"]])  # fmt: skip


def _history(book: Book, content: dict[str, Any]) -> None:
    page = book.page("Riwayat", [30, 8, 16, 16, 10, 24, 10, 10, 10, 12, 18, 68])
    page.title("Siklus terdahulu yang sudah dibekukan")
    page.head(["Siklus", "Versi", "Mulai", "Selesai", "Penilaian", "Kesimpulan", "Nilai", "Bawah", "Atas", "Keandalan",
               "Metode", "SHA-256 keluaran"])  # fmt: skip
    for one in content["history"]:
        page.line(
            [one["cycle"], one["version"], one["starts_on"], one["ends_on"], one["n"], words.BANDS[one["band"]],
             *(decimal(one[name]) for name in ("score", "low", "high", "reliability")), one["method"],
             one["output_sha256"]]
        )  # fmt: skip


def _comments(book: Book, held: dict[str, Any]) -> None:
    page = book.page("Komentar", [16, 18, 100])
    page.title("Komentar warga, disamarkan dan diacak")
    page.head(["Jenis", "Bulan", "Komentar"])
    for one in held["comments"]:
        page.line(["pujian" if one["is_praise"] else "lainnya", words.month(one["month"]), one["words"]])


def _method(book: Book, held: dict[str, Any]) -> None:
    content, page = held["content"], book.page("Metode", [36, 70])
    method, zone = content["method"], content["agency"]["time_zone"]
    page.title("Metode, sidik, dan tanda tangan")
    _pairs(
        page,
        [
            ("Versi metode", method["version"]),
            ("Ragam antarpegawai (τ²)", decimal(method["tau2"])),
            ("Ragam antarpenilaian (σ²)", decimal(method["sigma2"])),
            ("Batas “sesuai ekspektasi” (±poin)", decimal(method["delta"])),
            ("Dihitung", words.moment(content["cycle"]["computed_at"], zone)),
            ("Dibekukan", words.moment(content["cycle"]["frozen_at"], zone)),
            ("SHA-256 masukan", method["input_sha256"]),
            ("SHA-256 keluaran", method["output_sha256"]),
            ("SHA-256 paket", held["sha256"]),
            ("SHA-256 komentar", held["comments_sha256"]),
        ],
    )
    for one in content["signatures"]:
        page.line(["Ditandatangani", f"{one['name']}, {words.moment(one['signed_at'], zone)}"])

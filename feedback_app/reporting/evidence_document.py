"""The evidence pack as pieces for the typesetter. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from feedback_app.reporting import evidence_words as words
from feedback_app.reporting import printing
from feedback_app.reporting.pieces import (
    NUMBER,
    TEXT,
    Piece,
    bullets,
    note,
    paragraph,
    subsection,
    table,
)

_Content = dict[str, Any]


def document(held: _Content, on: date) -> _Content:
    """Return everything `evidence.typ` lays out, of an envelope (see `evidence_files.envelope`)."""
    content = held["content"]
    cycle = content["cycle"]
    return {
        "title": f"Bukti umpan balik: {content['employee']['name']}",
        "author": content["agency"]["name"],
        "under": f"{cycle['name']}, versi {cycle['version']}",
        "days": f"{words.day(cycle['starts_on'])} – {words.day(cycle['ends_on'])}",
        "nip": held.get("nip", content["employee"]["nip_masked"]),
        "draft": "" if content["is_final"] else "BELUM FINAL",
        "status": words.STATUSES[content["status"]],
        "notice": content["notice"],
        "mark": f"{cycle['name']} · versi {cycle['version']} · paket {held['sha256'][:16]}",
        "dated": [on.year, on.month, on.day],
        "pieces": [
            *_conclusion(content), *_feedback(held), *_posts(content), *_groups(content), *_beside(content),
            *_said(held), *_history(content), *_comments(held), *_method(held),
        ],
    }  # fmt: skip


def _conclusion(content: _Content) -> list[Piece]:
    measure = content["measure"]
    found = measure["figures"]
    pieces = [
        subsection("Kesimpulan", below_chapter=True),
        paragraph(f"{words.BANDS[measure['band']]}.", words.RULES[measure["band_rule"]]),
        paragraph(
            f"{printing.whole(measure['n'])} penilaian dengan bukti kunjungan dihitung (setara "
            f"{words.figure(measure['n_effective'])} penilaian utuh); {printing.whole(measure['n_beside'])} hanya "
            f"ditampilkan, {printing.whole(measure['n_excluded'])} dikeluarkan sesudah sanggahan."
        ),
    ]
    if found is not None:
        pieces += [_steps(found)]
    return pieces + _shadow(measure)


def _steps(found: _Content) -> Piece:
    rows = [
        ["Rata-rata penilaian (skala 25–100)", words.figure(found["mean"])],
        ["Dikurangi patokan pekerjaan yang sama", words.figure(found["baseline"])],
        ["Sama dengan beda dari patokan", words.signed(found["residual"])],
        ["Dikalikan bagian yang bukan kebetulan", words.factor(found["factor"])],
        ["Sama dengan nilai (poin)", words.signed(found["score"])],
        ["Ditambah dan dikurangi 1,645 × galat baku", words.figure(found["standard_error"])],
        ["Sama dengan selang 90%", words.interval(found["low"], found["high"])],
        ["Keandalan", words.figure(found["reliability"])],
    ]
    return table("Mengapa angka ini", ["Langkah", "Angka"], rows, align=[TEXT, NUMBER], widths=[3, 2], strong=[4])


def _shadow(measure: _Content) -> list[Piece]:
    if not measure["n_set_aside"]:
        return []
    aside = f"{printing.whole(measure['n_set_aside'])} penilaian disisihkan karena datang dengan cara tidak wajar."
    shown = measure["without_set_aside"]
    if shown is None:
        return [note(f"{aside} Angka tanpa penilaian itu tidak ditampilkan karena terlalu sedikit.")]
    told = f"Tanpa penilaian itu: {words.signed(shown['score'])} ({words.interval(shown['low'], shown['high'])})."
    warned = "Selisihnya perlu diperiksa sebelum angka dipakai." if measure["set_aside_is_notable"] else ""
    return [note(" ".join(part for part in (aside, told, warned) if part))]


def _feedback(held: _Content) -> list[Piece]:
    lines = held["e_kinerja"].split("\n")
    return [subsection("Teks untuk e-Kinerja", below_chapter=True), *(paragraph(line) for line in lines[:-1])]


def _posts(content: _Content) -> list[Piece]:
    rows = [
        [
            one["position"] + (" (pimpinan)" if one["is_head"] else ""),
            one["unit"] + (f", {one['service']}" if one["service"] else ""),
            words.POSTS[one["kind"]],
            f"{words.day(one['starts_on'])} – {words.day(one['ends_on']) if one['ends_on'] else 'sekarang'}",
            one["decree_number"],
        ]
        for one in content["posts"]
    ]
    head = ["Jabatan", "Unit dan layanan", "Sifat", "Masa", "Nomor keputusan"]
    return _table("Penugasan", "Jabatan, masa, dan surat keputusan", head, rows, [3, 3, 2, 3, 2])


def _groups(content: _Content) -> list[Piece]:
    rows = []
    for one in content["groups"]:
        mean = words.HELD_BACK if one["is_withheld"] else words.figure(one["mean"])
        place = f"{one['unit']}, {one['service'] or 'tanpa layanan'}; {one['post'] or 'catatan loket'}"
        counts = words.EXCLUSIONS[one["exclusion"]] if one["exclusion"] else "dihitung"
        rows.append(
            [place, words.CHANNELS[one["channel"]], printing.whole(one["n"]), mean, words.figure(one["baseline"]),
             counts]
        )  # fmt: skip
    head = ["Unit, layanan, jabatan", "Saluran", "Banyaknya", "Rata-rata", "Patokan", "Dihitung?"]
    aligned = [TEXT, TEXT, NUMBER, NUMBER, NUMBER, TEXT]
    return [
        *_table("Penilaian di balik angka", "Kelompok penilaian", head, rows, [4, 2, 1.3, 1.6, 1.3, 2], aligned),
        note("Kelompok yang terlalu kecil hanya menampilkan banyaknya, supaya jawaban seorang warga tidak terbaca."),
    ]


def _beside(content: _Content) -> list[Piece]:
    units = [_unit(one) for one in content["units"]]
    cases = [
        [
            f"{one['unit']} ({words.DUTIES[one['duty']].lower()})", printing.whole(one["n"]),
            printing.whole(one["on_time"]), printing.whole(one["declared"]), printing.whole(one["confirmed"]),
            printing.whole(one["partly"]), printing.whole(one["disputed"]), printing.whole(one["silent"]),
            printing.whole(one["open"]),
        ]
        for one in content["cases"]
    ]  # fmt: skip
    unit_head = ["Unit", "Penilaian", "Rata-rata", "Nilai", "Selang 90%", "Token dipakai"]
    case_head = ["Unit", "Kasus", "Tepat waktu", "Dinyatakan selesai", "Dibenarkan", "Sebagian", "Disangkal",
                 "Tanpa kabar", "Terbuka"]  # fmt: skip
    # No column is narrower than the longest word of its head.
    case_widths = [2.2, 1, 1.1, 1.8, 1.8, 1.4, 1.6, 1.1, 1.3]
    return [
        *_table("Hasil unit", "Hasil unit di samping hasil pegawai", unit_head, units, [3, 1.2, 1.6, 1.2, 2.4, 1.8],
                [TEXT, NUMBER, NUMBER, NUMBER, NUMBER, NUMBER]),
        *_table("Kasus", "Pengaduan yang ditanggungjawabi", case_head, cases, case_widths, [TEXT, *[NUMBER] * 8]),
    ]  # fmt: skip


def _unit(one: _Content) -> list[str]:
    found, asked = one["figures"], one["responses"]
    figures = [words.HELD_BACK, "–", "–"] if found is None else [
        words.figure(found["mean"]), words.signed(found["score"]), words.interval(found["low"], found["high"]),
    ]  # fmt: skip
    used = f"{printing.whole(asked['tokens_used'])} dari {printing.whole(asked['tokens'])}"
    return [one["unit"], printing.whole(one["n"]), *figures, used]


def _said(held: _Content) -> list[Piece]:
    content = held["content"]
    rows = [
        [
            words.CONTESTED[one["kind"]], words.REASONS[one["reason"]], one["words"],
            words.OUTCOMES[one["outcome"]] if one["outcome"] else "belum diputus", one["explanation"] or "–",
        ]
        for one in content["contests"]
    ]  # fmt: skip
    head = ["Disanggah", "Alasan", "Kata pegawai", "Hasil", "Penjelasan"]
    pieces = _table("Hak jawab", "Sanggahan dan hasilnya", head, rows, [2, 2, 4, 1.6, 4])
    if content["statement"]:
        pieces.append(paragraph(f"Pernyataan pegawai: {content['statement']}"))
    if content["left_out"]:
        pieces.append(
            bullets([f"{words.EXCLUSIONS[one['reason']]}: {printing.whole(one['n'])}" for one in content["left_out"]])
        )
    if held["objection"]:
        told = held["objection"]
        outcome = words.OUTCOMES.get(told["outcome"], "belum diputus")
        pieces.append(paragraph(f"Keberatan: {told['words']}", f"Keputusan: {outcome}.", told["decision"] or ""))
    return pieces


def _history(content: _Content) -> list[Piece]:
    rows = [
        [f"{one['cycle']} (versi {one['version']})", printing.whole(one["n"]), words.BANDS[one["band"]],
         words.signed(one["score"]), words.interval(one["low"], one["high"]), words.figure(one["reliability"])]
        for one in content["history"]
    ]  # fmt: skip
    head = ["Siklus", "Penilaian", "Kesimpulan", "Nilai", "Selang 90%", "Keandalan"]
    aligned = [TEXT, NUMBER, TEXT, NUMBER, NUMBER, NUMBER]
    return _table("Riwayat", "Siklus terdahulu yang dibekukan", head, rows, [3, 1.3, 2.4, 1.2, 2.6, 1.5], aligned)


def _comments(held: _Content) -> list[Piece]:
    if not held["comments"]:
        few = "Komentar ditahan karena terlalu sedikit." if held["comments_are_withheld"] else "Tidak ada komentar."
        return [subsection("Komentar warga", below_chapter=True), paragraph(few)]
    told = [one["words"] + (f" ({words.month(one['month'])})" if one["month"] else "") for one in held["comments"]]
    return [
        subsection("Komentar warga", below_chapter=True), bullets(told),
        note("Data pribadi disamarkan dan urutannya diacak; pujian lebih dahulu."),
    ]  # fmt: skip


def _method(held: _Content) -> list[Piece]:
    content = held["content"]
    method, cycle, zone = content["method"], content["cycle"], content["agency"]["time_zone"]
    signed = [f"{one['name']}, {words.moment(one['signed_at'], zone)}" for one in content["signatures"]] or [
        "belum ditandatangani"
    ]
    return [
        subsection("Metode, sidik, dan tanda tangan", below_chapter=True),
        paragraph(
            f"Metode {method['version']}; τ² {words.figure(method['tau2'])}, σ² {words.figure(method['sigma2'])}, "
            f"batas “sesuai ekspektasi” ±{words.figure(method['delta'])} poin. Penilaian dibaca sampai "
            f"{words.moment(cycle['inputs_until'], zone)}, dihitung {words.moment(cycle['computed_at'], zone)}, "
            f"dibekukan {words.moment(cycle['frozen_at'], zone)}."
        ),
        paragraph("Ditandatangani: " + "; ".join(signed) + "."),
        {
            "kind": "hashes",
            "rows": [
                ["SHA-256 masukan", method["input_sha256"] or "–"],
                ["SHA-256 keluaran", method["output_sha256"] or "–"],
                ["SHA-256 paket", held["sha256"]], ["SHA-256 komentar", held["comments_sha256"]],
            ],
        },
    ]  # fmt: skip


def _table(
    title: str,
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    align: Sequence[str] | None = None,
) -> list[Piece]:
    begun = subsection(title, below_chapter=True)
    if not rows:
        return [begun, paragraph("Tidak ada.")]
    return [begun, table(caption, head, rows, align=align or [TEXT] * len(head), widths=widths, size=8.5)]

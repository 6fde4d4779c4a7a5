"""The evidence in the words in which feedback is entered into e-Kinerja: perspective, feedback, evidence. Pure.

Source: PermenPANRB 6/2022 (continuous feedback with evidence); the core value *Berorientasi Pelayanan* of BerAKHLAK.
"""

from __future__ import annotations

from typing import Any, Final

from feedback_app.reporting import evidence_words as words
from feedback_app.reporting import printing

PERSPECTIVE: Final = "Perspektif penerima layanan"
VALUE: Final = "Berorientasi Pelayanan (BerAKHLAK)"
_ABOUT: Final = {"kompetensi": "kompetensi pelaksana", "perilaku": "perilaku pelaksana"}


def feedback_text(content: dict[str, Any], sha256: str) -> str:
    """Return the block of text to copy; what it says is evidence, the rating is the evaluator's."""
    return "\n".join(
        [
            f"{PERSPECTIVE.upper()} – UMPAN BALIK – BUKTI DUKUNG",
            f"Aspek perilaku: {VALUE}",
            f"Pegawai: {content['employee']['name']} (NIP {content['employee']['nip_masked']})",
            _period(content),
            f"Umpan balik: {_feedback(content)}",
            *_surveys(content),
            f"Bukti dukung: paket bukti umpan balik, metode {content['method']['version']}, SHA-256 {sha256}.",
            content["notice"],
        ]
    )


def _period(content: dict[str, Any]) -> str:
    cycle = content["cycle"]
    return (
        f"Masa: {words.day(cycle['starts_on'])} sampai dengan {words.day(cycle['ends_on'])} "
        f"({cycle['name']}, versi {cycle['version']}; {words.STATUSES[content['status']]})"
    )


def _feedback(content: dict[str, Any]) -> str:
    measure = content["measure"]
    n = f"{printing.whole(measure['n'])} penilaian dari kunjungan yang terbukti"
    found = measure["figures"]
    reason = words.RULES[measure["band_rule"]]
    if found is None:
        return f"{n}. Kesimpulan: {words.BANDS[measure['band']].lower()}. {reason}"
    return (
        f"{n}; rata-rata {words.figure(found['mean'])} (skala 25–100) dibanding patokan "
        f"{words.figure(found['baseline'])} untuk pekerjaan yang sama; nilai {words.signed(found['score'])} poin, "
        f"selang 90% {words.interval(found['low'], found['high'])}, keandalan {words.figure(found['reliability'])}. "
        f"Kesimpulan: {words.BANDS[measure['band']].lower()}. {reason}"
    )


def _surveys(content: dict[str, Any]) -> list[str]:
    found = content["survey_elements"]
    if not found:
        return ["Unsur survei (SKM) unit: belum ada hasil terbit untuk masa ini; dipakai penilaian kunjungan."]
    told = [
        f"{_ABOUT.get(one['element'], one['name'])} {words.figure(one['value'])} ({one['unit']}, {one['survey']}, "
        f"{printing.whole(one['n'])} jawaban)"
        for one in found
    ]
    return [f"Unsur survei (SKM) unit, bukan perseorangan: {'; '.join(told)}."]

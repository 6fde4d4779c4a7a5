"""What a message says. It is read on lock screens and by whoever shares the phone, so it says next to nothing.

No text here takes a word from a report, a reply or a unit's name: a parameter is a number or nothing. A report that is
confidential has one sentence for everything that can happen to it. The tracking code is never repeated; the database
keeps only its hash.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


class Template(enum.StrEnum):
    """What a message is about."""

    NEWS = "news"  # something happened to a confidential report
    REPLIED = "replied"
    CLOSED_BY_SILENCE = "closed_by_silence"
    FOLLOWED_REPLIED = "followed_replied"
    FOLLOWED_ENDED = "followed_ended"
    REOPENED = "reopened"  # for staff


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses a message may hold: of the public pages, and of the page that ends messages to a citizen."""

    public: str
    unsubscribe: str | None


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a text."""

    subject: str
    body: str


_CITIZEN: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.NEWS: (
            "Ada kabar tentang laporan Anda",
            "Ada kabar tentang laporan Anda. Buka {lookup} dan masukkan kode Anda.",
        ),
        Template.REPLIED: (
            "Laporan Anda sudah ditanggapi",
            (
                "Laporan Anda sudah ditanggapi. Buka {lookup} dan masukkan kode Anda untuk membaca tanggapannya. "
                "Di sana Anda memutuskan apakah masalahnya sudah selesai."
            ),
        ),
        Template.CLOSED_BY_SILENCE: (
            "Laporan Anda ditutup karena belum ada jawaban Anda",
            (
                "Laporan Anda ditutup karena sampai batas waktunya kami tidak menerima penilaian Anda atas tanggapan. "
                "Ini dicatat sebagai tanpa jawaban, bukan sebagai selesai. Jika masalahnya belum selesai, buka "
                "{lookup} dalam {days} hari, masukkan kode Anda, lalu pilih “Belum selesai”; "
                "laporan Anda dibuka kembali."
            ),
        ),
        Template.FOLLOWED_REPLIED: (
            "Laporan yang Anda ikuti sudah ditanggapi",
            "Laporan yang Anda ikuti sudah ditanggapi. Buka {lookup} dan masukkan kode Anda untuk melihatnya.",
        ),
        Template.FOLLOWED_ENDED: (
            "Laporan yang Anda ikuti sudah ditutup",
            "Laporan yang Anda ikuti sudah ditutup. Buka {lookup} dan masukkan kode Anda untuk melihat akhirnya.",
        ),
    },
    "en": {
        Template.NEWS: (
            "There is news about your report",
            "There is news about your report. Open {lookup} and enter your code.",
        ),
        Template.REPLIED: (
            "Your report has been answered",
            (
                "Your report has been answered. Open {lookup} and enter your code to read the answer. "
                "There you decide whether the problem is solved."
            ),
        ),
        Template.CLOSED_BY_SILENCE: (
            "Your report was closed because you did not respond",
            (
                "Your report was closed because we did not receive your decision about its answer in time. "
                "This is recorded as no response, not as solved. If the problem remains, open {lookup} within {days} "
                "days, enter your code and choose “Not solved”: your report is then opened again."
            ),
        ),
        Template.FOLLOWED_REPLIED: (
            "A report you follow has been answered",
            "A report you follow has been answered. Open {lookup} and enter your code to see it.",
        ),
        Template.FOLLOWED_ENDED: (
            "A report you follow has been closed",
            "A report you follow has been closed. Open {lookup} and enter your code to see how it ended.",
        ),
    },
}
_STAFF: Final[dict[str, dict[Template, tuple[str, str]]]] = {
    "id": {
        Template.REOPENED: (
            "Kasus {case} dibuka kembali oleh pelapor",
            "Pelapor menyatakan kasus {case} belum selesai, sehingga kasus itu dibuka kembali. Buka {page}.",
        ),
    },
    "en": {
        Template.REOPENED: (
            "Case {case} was reopened by its reporter",
            "The reporter says that case {case} is not solved, so it was reopened. Open {page}.",
        ),
    },
}
_STOP: Final = {
    "id": "Tidak ingin menerima kabar lagi? Buka {stop}",
    "en": "No longer want these messages? Open {stop}",
}
DEFAULT_LANGUAGE: Final = "id"


def is_for_staff(template: Template) -> bool:
    """Tell whether a message is meant for an account and not for a citizen."""
    return template in _STAFF[DEFAULT_LANGUAGE]


def words_of(template: Template, params: Mapping[str, Any], places: Places, language: str) -> Words:
    """Return the words of a message; an unknown language is answered in Indonesian."""
    spoken = language if language in _STOP else DEFAULT_LANGUAGE
    if is_for_staff(template):
        # A number and nothing else: whatever else stood in a row's parameters could not reach the text.
        case = int(params["case"])
        subject, body = _STAFF[spoken][template]
        filled = {"case": case, "page": f"{places.public}/petugas/kasus/{case}"}
        return Words(subject.format(**filled), body.format(**filled))
    subject, body = _CITIZEN[spoken][template]
    lines = [body.format(lookup=f"{places.public}/lacak", days=int(params.get("days", 0)))]
    if places.unsubscribe:
        lines.append(_STOP[spoken].format(stop=places.unsubscribe))
    return Words(subject, "\n\n".join(lines))

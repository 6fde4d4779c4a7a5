"""The written notice of a breach as the law wants it (UU 27/2022 Ps 46 (2)): one content for everybody told.

Which data, when and how, what is done about it; beside that, what a reader can do and whom to ask. The same words go
to the authority, to the public page and into the file, so that nobody is told anything else than somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from feedback_app.privacy.data_map.categories import TITLE_SENTENCES
from feedback_app.privacy.models import Breach

_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, and the paragraphs below it."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice in official Indonesian."""

    title: str
    agency: str
    number: str
    sections: tuple[Section, ...]


def notice_of(breach: Breach, agency: str, time_zone: str, *, feedback: int, to_authority: bool) -> Notice:
    """Return the notice; the authority reads besides how many are reached, when each was told, and who stands for it.

    Parameters
    ----------
    feedback
        How many pieces of feedback the breach reached, as counted from the rows.
    """
    found, due = _moment(breach.found_at, time_zone), _moment(breach.due_at, time_zone)
    sections = [
        Section("Data pribadi yang terungkap", tuple(TITLE_SENTENCES[key] for key in breach.categories)),
        Section(
            "Kapan dan bagaimana terungkap",
            (
                f"Terjadi pada {_days(breach.happened_from, breach.happened_until)}. Diketahui pada {found}.",
                f"Menyangkut kiriman yang diterima pada {_days(breach.reached_from, breach.reached_until)}.",
                breach.how,
            ),
        ),
        Section("Upaya penanganan dan pemulihan", (breach.remedies,)),
    ]
    if to_authority:
        sections.append(
            Section(
                "Jumlah dan pemberitahuan",
                (
                    f"Kiriman yang terkena menurut basis data: {feedback}."
                    + (f" Taksiran orang yang terkena: {breach.estimate}." if breach.estimate is not None else ""),
                    f"Batas pemberitahuan 3 × 24 jam (UU 27/2022 Pasal 46): {due}.",
                    f"Disahkan dua orang: {_moment(breach.confirmed_at, time_zone)}."
                    if breach.confirmed_at
                    else "Belum disahkan orang kedua; dokumen ini rancangan.",
                ),
            )
        )
    sections += [
        Section("Yang sebaiknya dilakukan pemilik data", (breach.advice,)),
        Section("Bertanya kepada", (breach.ask_whom,)),
    ]
    whom = "kepada Lembaga" if to_authority else "kepada Pemilik Data Pribadi"
    title = f"Pemberitahuan Kegagalan Pelindungan Data Pribadi {whom}"
    return Notice(title, agency, f"{breach.agency_id}-{breach.id}", tuple(sections))


def plain_text(notice: Notice) -> str:
    """Return a notice as text for a letter or a mail."""
    lines = [notice.title.upper(), notice.agency, f"Nomor: {notice.number}", ""]
    for section in notice.sections:
        lines += [section.heading, "-" * len(section.heading), *section.paragraphs, ""]
    return "\n".join(lines)


def _moment(at: datetime, time_zone: str) -> str:
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{_day(local.date())} pukul {local:%H.%M} {_ZONES.get(time_zone, time_zone)}"


def _days(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)} sampai dengan {_day(last)}"


def _day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"

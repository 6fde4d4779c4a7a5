"""What the inbox can be asked, in words: the options of its filters, and what is asked now."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from feedback_app.blueprints.formats import day as in_words
from feedback_app.blueprints.labels import Words, label
from feedback_app.handling.inbox.filters import UNSURE, DueBy, Filters, Group
from feedback_app.handling.inbox.people import holders
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Aspect, Urgency
from feedback_app.organisation.within_reach import ReachedUnit

Options = Sequence[tuple[str, Words]]

GROUP_WORDS: Final[Mapping[Group, Words]] = {
    Group.TODO: _("Perlu ditangani"),
    Group.REOPENED: _("Dibuka lagi"),
    Group.WAITING: _("Menunggu warga"),
    Group.ENDED: _("Berakhir"),
    Group.ALL: _("Semua"),
}
_DUE: Final[Mapping[DueBy, Words]] = {
    DueBy.OVERDUE: _("Terlambat"),
    DueBy.TODAY: _("Jatuh tempo hari ini"),
    DueBy.WEEK: _("Jatuh tempo minggu ini"),
}
_BUCKETS: Final[Mapping[str, Words]] = {
    "belum_terverifikasi": _("Belum terverifikasi"),
    "belum_ditindaklanjuti": _("Belum ditindaklanjuti"),
    "sedang_diproses": _("Sedang diproses"),
    "selesai": _("Selesai"),
    "tertunda": _("Tertunda"),
    "arsip": _("Arsip"),
}
FLAGS: Final[Mapping[str, Words]] = {
    "escalated": _("Sudah dilaporkan ke atasan"),
    "reopened": _("Pernah dibuka lagi"),
    "held": _("Menunggu keterangan pelapor"),
    "duplicates": _("Termasuk laporan yang digabungkan"),
}
_UNSURE: Final = _("Sistem tidak yakin")


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter: its name in the address, its words, and what can be chosen."""

    name: str
    words: Words
    options: Options

    def said(self, value: str) -> Words:
        """Return the words of an option; those of a dash where it is not offered here."""
        return dict(self.options).get(value, "–")


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is asked, and the arguments of an address that asks all the rest."""

    words: str
    without: Mapping[str, str]


def choices(session: Session, user_id: int, units: Sequence[ReachedUnit], *, day: date) -> list[Choice]:
    """Return the filters of somebody's inbox."""
    people = [(str(person.id), person.name) for person in holders(session, user_id, day=day)]
    found = [
        Choice("status", _("Keadaan"), _members(CaseStatus)),
        Choice("due", _("Tenggat"), [(by.value, words) for by, words in _DUE.items()]),
        Choice("assigned", _("Petugas"), [("me", _("Saya")), ("nobody", _("Belum ada petugas")), *people]),
        Choice("kind", _("Jenis laporan"), _members(SubmissionKind)),
        Choice("classification", _("Jenis penanganan"), _members(Classification)),
        Choice("aspect", _("Hal yang dilaporkan"), [*_members(Aspect), (UNSURE, _UNSURE)]),
        Choice("urgency", _("Kemendesakan"), [*_members(Urgency), (UNSURE, _UNSURE)]),
        Choice("bucket", _("Kelompok statistik LAPOR!"), list(_BUCKETS.items())),
    ]
    if len(units) > 1:
        found.insert(0, Choice("unit", _("Unit"), [(str(unit.id), unit.name) for unit in units]))
    return found


def chips(asked: Filters, offered: Sequence[Choice]) -> list[Chip]:
    """Return what narrows the answer, each with the way to drop it."""
    arguments = asked.as_arguments()
    # Without a group of its own the answer would jump to another one with the last filter.
    kept = arguments | {"group": asked.shown_group.value}
    return [
        Chip(str(words), {name: value for name, value in kept.items() if name not in names})
        for names, words in _asked(arguments, offered)
    ]


def _asked(arguments: Mapping[str, str], offered: Sequence[Choice]) -> Iterator[tuple[tuple[str, ...], Words]]:
    if "q" in arguments:
        yield ("q",), gettext("Kata: %(words)s", words=arguments["q"])
    for choice in offered:
        if choice.name in arguments:
            words = gettext("%(filter)s: %(value)s", filter=choice.words, value=choice.said(arguments[choice.name]))
            yield (choice.name, "below") if choice.name == "unit" else (choice.name,), words
    if "below" in arguments and "unit" in arguments:
        yield ("below",), gettext("Dengan unit di bawahnya")
    for name, words in FLAGS.items():
        if name in arguments:
            yield (name,), words
    for name, pattern in (("from", _("Sejak %(day)s")), ("to", _("Sampai %(day)s"))):
        if name in arguments:
            yield (name,), pattern % {"day": in_words(date.fromisoformat(arguments[name]))}


def _members(kind: type[enum.StrEnum]) -> list[tuple[str, Any]]:
    return [(member.value, label(member)) for member in kind]

"""On which days nobody was responsible for what, and what else about posts does not fit."""

from __future__ import annotations

from collections import Counter as Counts
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from feedback_app.blueprints.access import requires
from feedback_app.blueprints.formats import day
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.paging import slice_of
from feedback_app.blueprints.people_frame import Here, asked_agency, bp, page
from feedback_app.blueprints.people_words import Names, share_words
from feedback_app.blueprints.sentences import translated
from feedback_app.db import db
from feedback_app.errors import DomainError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.unit_days import working_days_of
from feedback_app.identity.rules import Permission
from feedback_app.organisation.people.gap_search import find_gaps
from feedback_app.organisation.people.gaps import Gap, GapKind
from feedback_app.organisation.people.queries import names_of_people
from feedback_app.organisation.people.reached_counters import names_of_counters

GAPS_PER_PAGE = 100
FOLDED: Final = frozenset({GapKind.NO_ACCOUNT})
"""Counted on the page and listed only when asked for: while accounts are being made, this holds of nearly everybody."""
GRAVEST_FIRST: Final = (
    GapKind.NOBODY, GapKind.NOBODY_AT_COUNTER, GapKind.ABSENT_WITHOUT_HOLDER, GapKind.SHARES, GapKind.VACANT_HEAD,
    GapKind.POST_AFTER_LEAVING, GapKind.NO_POST, GapKind.ACTING_TOO_LONG, GapKind.NO_DUTY_ENTRY, GapKind.NO_ACCOUNT,
)  # fmt: skip


@bp.get("/pegawai/celah")
@requires(Permission.MANAGE_PEOPLE)
def gaps() -> ResponseReturnValue:
    """Show the gaps of a period, by default from the first of the month to today."""
    place = asked_agency()
    if place is None:
        return page("people/gaps.html", place, "gaps")
    first = _asked("dari") or place.at.today.replace(day=1)
    last = _asked("sampai") or place.at.today
    unit_id = number_or_none(request.args.get("unit"))
    kind = request.args.get("jenis", "")
    asked: dict[str, Any] = {
        "first": first, "last": last, "unit_id": unit_id, "kind": kind, "kinds": GRAVEST_FIRST, "counts": [],
        "folded": 0,
    }  # fmt: skip
    try:
        found = _found(place, first, last, unit_id)
    except DomainError as error:
        shown = page("people/gaps.html", place, "gaps", rows=[], problem=translated(error.message), total=0,
                     number=1, pages=1, **asked)  # fmt: skip
        return shown, error.status
    counts = Counts(gap.kind for gap in found)
    asked["folded"] = sum(counts[one] for one in FOLDED)
    asked["counts"] = [(one, counts[one]) for one in GRAVEST_FIRST if counts[one]]
    listed = [gap for gap in found if (gap.kind == kind if kind else gap.kind not in FOLDED)]
    # Days alone would bury a unit without anybody under what merely is not written down.
    listed.sort(key=lambda gap: GRAVEST_FIRST.index(gap.kind))
    rows, number, pages = slice_of(listed, GAPS_PER_PAGE)
    sentence = _sentences(place, rows)
    return page(
        "people/gaps.html", place, "gaps", rows=[(gap, sentence(gap)) for gap in rows], total=len(listed),
        number=number, pages=pages, problem=None, **asked,
    )  # fmt: skip


def gap_sentence(gap: Gap, names: Names, counters: dict[int, str]) -> str:
    """Return a finding in one sentence."""
    scope = names.scope(gap.unit_id, gap.service_id) if gap.unit_id else ""
    words = {
        "scope": scope, "unit": names.units.get(gap.unit_id or 0, "–"), "when": _days(gap), "day": day(gap.first),
        "counter": counters.get(gap.counter_id or 0, "–"), "person": names.people.get(gap.employee_id or 0, "–"),
        "total": share_words(float(gap.total)) if gap.total is not None else "",
    }  # fmt: skip
    return str(_sentence_of(gap.kind) % words)


def _sentence_of(kind: GapKind) -> str:
    sentences: dict[GapKind, str] = {
        GapKind.NOBODY: gettext("Tidak ada yang bertanggung jawab atas %(scope)s pada %(when)s."),
        GapKind.NOBODY_AT_COUNTER: gettext(
            "Tidak ada yang bertanggung jawab atas %(counter)s (%(unit)s) pada %(when)s."
        ),
        GapKind.NO_DUTY_ENTRY: gettext(
            "Jadwal %(counter)s (%(unit)s) kosong pada %(when)s; penilaian dibagi menurut penugasan."
        ),
        GapKind.VACANT_HEAD: gettext("%(unit)s tanpa pimpinan definitif atau Plt pada %(when)s."),
        GapKind.ABSENT_WITHOUT_HOLDER: gettext("%(unit)s dipimpin Plh padahal jabatannya kosong pada %(when)s."),
        GapKind.SHARES: gettext(
            "Bagian tanggung jawab atas %(scope)s berjumlah %(total)s pada %(when)s; dibagi sebanding."
        ),
        GapKind.ACTING_TOO_LONG: gettext(
            "%(person)s menjadi Plt di %(unit)s lebih dari tiga bulan dan satu kali perpanjangan (%(when)s)."
        ),
        GapKind.NO_POST: gettext("%(person)s tidak memegang jabatan pada %(day)s."),
        GapKind.NO_ACCOUNT: gettext("%(person)s belum mempunyai akun untuk membaca catatannya."),
        GapKind.POST_AFTER_LEAVING: gettext("%(person)s masih tercatat memegang jabatan sesudah berhenti %(day)s."),
    }
    return sentences[kind]


def _days(gap: Gap) -> str:
    if gap.first == gap.last:
        return day(gap.first)
    return str(
        gettext("%(first)s sampai %(last)s (%(days)s hari)", first=day(gap.first), last=day(gap.last), days=gap.days)
    )


def _found(place: Here, first: date, last: date, unit_id: int | None) -> list[Gap]:
    session = db.session()
    clocks = clocks_of(session, place.agency.id)
    units = [unit.id for unit in place.units if unit_id is None or unit.id == unit_id]
    return find_gaps(
        session, place.agency, first, last, unit_ids=units, people_too=place.is_whole and unit_id is None,
        working_days=lambda unit, begin, end: working_days_of(clocks, unit, begin, end),
    )  # fmt: skip


def _sentences(place: Here, rows: Sequence[Gap]) -> Callable[[Gap], str]:
    session, agency_id = db.session(), place.agency.id
    names = Names(
        names_of_people(session, agency_id, {gap.employee_id for gap in rows if gap.employee_id}),
        place.unit_names,
        {card.id: card.name for cards in place.services.values() for card in cards},
    )
    places = names_of_counters(session, {(agency_id, gap.counter_id) for gap in rows if gap.counter_id})
    counters = {counter_id: name for (_, counter_id), name in places.items()}
    return lambda gap: gap_sentence(gap, names, counters)


def _asked(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None

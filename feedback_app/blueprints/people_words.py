"""What posts, changes and moves of responsibility read like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, ngettext

from feedback_app.blueprints.formats import day, number
from feedback_app.blueprints.labels import label
from feedback_app.evaluation.attribution.moves import ResponsibilityMove, Shares
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people.post_rules import PostFields


@dataclass(frozen=True, slots=True)
class Names:
    """The names that sentences need, by id."""

    people: Mapping[int, str]
    units: Mapping[int, str]
    services: Mapping[int, str]

    def scope(self, unit_id: int, service_id: int | None) -> str:
        """Return what somebody is responsible for."""
        unit = self.units.get(unit_id, "–")
        if service_id is None:
            return unit
        return str(gettext("%(service)s di %(unit)s", service=self.services.get(service_id, "–"), unit=unit))


def span(starts_on: date, ends_on: date | None) -> str:
    """Return the days of a post."""
    if ends_on is None:
        return str(gettext("sejak %(first)s", first=day(starts_on)))
    if ends_on == starts_on:
        return day(starts_on)
    return str(gettext("%(first)s sampai %(last)s", first=day(starts_on), last=day(ends_on)))


def share_words(share: float) -> str:
    """Return a part of the work as a percentage."""
    percent = float(share) * 100
    return f"{number(percent, 0 if abs(percent - round(percent)) < 0.05 else 1)} %"


def post_sentence(post: Assignment | PostFields, unit_name: str, service_name: str | None) -> str:
    """Return a post in one line: title, kind, place, part, days."""
    place = gettext("%(service)s di %(unit)s", service=service_name, unit=unit_name) if service_name else unit_name
    words = gettext(
        "%(position)s (%(kind)s), %(place)s, bagian %(share)s, %(days)s",
        position=post.position, kind=label(post.kind), place=place, share=share_words(float(post.share)),
        days=span(post.starts_on, post.ends_on),
    )  # fmt: skip
    return str(words)


def move_sentence(move: ResponsibilityMove, names: Names, horizon: date) -> str:
    """Return how responsibility moves, and for how long."""
    scope = names.scope(move.unit_id, move.service_id)
    old, new = people_words(move.before, names), people_words(move.after, names)
    when = _when(move, horizon)
    if not move.before:
        return str(gettext("%(when)s: %(new)s bertanggung jawab atas %(scope)s; tadinya tidak ada.", when=when,
                           new=new, scope=scope))  # fmt: skip
    if not move.after:
        return str(gettext("%(when)s: tidak ada yang bertanggung jawab atas %(scope)s; tadinya %(old)s.", when=when,
                           old=old, scope=scope))  # fmt: skip
    if len(move.before) == len(move.after) == 1:
        return str(gettext("%(when)s: tanggung jawab atas %(scope)s berpindah dari %(old)s ke %(new)s.", when=when,
                           old=old, new=new, scope=scope))  # fmt: skip
    return str(gettext("%(when)s: tanggung jawab atas %(scope)s menjadi %(new)s; tadinya %(old)s.", when=when,
                       old=old, new=new, scope=scope))  # fmt: skip


def people_words(shares: Shares, names: Names) -> str:
    """Return people with their parts; one alone needs none."""
    if len(shares) == 1:
        return names.people.get(shares[0][0], "–")
    return ", ".join(f"{names.people.get(one, '–')} {share_words(part)}" for one, part in shares)


def past_words(touched: tuple[date, date] | None) -> str | None:
    """Return how many days gone by change as well, or None where there are none."""
    if touched is None:
        return None
    days = (touched[1] - touched[0]).days + 1
    return str(
        ngettext(
            "%(num)s hari yang sudah lewat ikut berubah: perlu persetujuan orang kedua.",
            "%(num)s hari yang sudah lewat ikut berubah: perlu persetujuan orang kedua.",
            days,
        )
    )


def _when(move: ResponsibilityMove, horizon: date) -> str:
    if move.last >= horizon:
        return str(gettext("Mulai %(first)s", first=day(move.first)))
    return span(move.first, move.last)

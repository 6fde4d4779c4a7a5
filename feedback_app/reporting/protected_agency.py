"""The figure of an agency that everybody may read: made of the figures of its units that are public anyway. Pure.

Made of all units, it would give, less those that are public, the answers of the units that are withheld.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from feedback_app.reporting.report_data import ElementResult, Method, Place
from feedback_app.survey import intervals
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.index import Index, index_of_means

Ends = tuple[Decimal | None, Decimal | None]


def agency_place(place: Place, units: Sequence[Place], method: Method) -> Place:
    """Return an agency with the figure that those of its units come to that are shown.

    No element is told that some unit does not tell. Of all questionnaires together there is a figure only where every
    unit tells its sums: a mean over services and those sums would together tell a service that is withheld.

    Parameters
    ----------
    place
        The agency with its units as they are.
    units
        The same units as everybody may read them, in the same order.
    """
    both = [(unit, shown) for unit, shown in zip(place.parts, units, strict=True) if shown.value is not None]
    told = [shown for _unit, shown in both]
    agency = replace(
        place, parts=tuple(units), input_sha256="", population=_population(told),
        respondents=sum(one.respondents or 0 for one in told), received=sum(one.received or 0 for one in told),
        complete=sum(one.complete or 0 for one in told),
    )  # fmt: skip
    if place.is_pooled and not all(_tells_its_sums(shown) for shown in told):
        return replace(agency, value=None, low=None, high=None, grade=None, elements=())
    whole = [unit for unit, _shown in both]
    index = _pooled(whole, method) if place.is_pooled else _mean(whole, method)
    low, high = (None, None) if place.is_pooled else _ends(whole)
    if index.value == place.value:
        low, high = place.low, place.high
    elements = _elements(index, place) if all(shown.elements for shown in told) else ()
    return replace(agency, value=index.value, low=low, high=high, grade=index.grade, elements=elements)


def _tells_its_sums(shown: Place) -> bool:
    return bool(shown.elements) and (
        shown.is_pooled or all(part.elements for part in shown.parts if not part.without and part.respondents != 0)
    )


def _mean(units: Sequence[Place], method: Method) -> Index:
    means = {key: sum(one[key].mean for one in map(_by_key, units)) / Fraction(len(units)) for key in _keys(method)}
    return _made(means, units, method)


def _pooled(units: Sequence[Place], method: Method) -> Index:
    """Return the index of all questionnaires together: each mean weighed by how many answered the element."""
    places = [_by_key(place) for unit in units for place in _with_sums(unit)]
    means = {
        key: sum(one[key].mean * one[key].n for one in places) / Fraction(sum(one[key].n for one in places))
        for key in _keys(method)
    }
    return _made(means, units, method)


def _with_sums(unit: Place) -> list[Place]:
    """Return the places whose means are sums over questionnaires: a unit, or the services that it is the mean of."""
    return [unit] if unit.is_pooled or not unit.parts else [part for part in unit.parts if part.value is not None]


def _made(means: dict[str, Fraction], units: Sequence[Place], method: Method) -> Index:
    ns = {key: sum(one[key].n for one in map(_by_key, units)) for key in means}
    return index_of_means(means, ns, ruleset=method.ruleset, weight=method.weight)


def _keys(method: Method) -> tuple[str, ...]:
    return tuple(RULESETS[method.ruleset].keys)


def _by_key(place: Place) -> dict[str, ElementResult]:
    return {one.key: one for one in place.elements}


def _ends(units: Sequence[Place]) -> Ends:
    sure = intervals.combined([unit.estimate for unit in units])
    interval = sure.interval() if sure else None
    return (interval.low, interval.high) if interval else (None, None)


def _elements(index: Index, place: Place) -> tuple[ElementResult, ...]:
    names = _by_key(place)
    return tuple(
        replace(names[one.key], n=one.n, mean=one.mean, weighted=one.weighted, value=one.value, grade=one.grade)
        for one in index.elements
    )


def _population(units: Sequence[Place]) -> int | None:
    known = [unit.population for unit in units if unit.population is not None]
    return sum(known) if len(known) == len(units) else None

"""How the sums of services become the index of their unit, and units that of their agency. Pure.

Source: PermenPANRB 14/2017 leaves the way of averaging open; a period says which it takes. A mean counts every service
(or unit) alike, which is common practice; pooling counts every respondent alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm

from feedback_app.survey import intervals, sample
from feedback_app.survey.elements import RULESETS
from feedback_app.survey.figures import PlaceFigure, PlaceSums, Rules, added_counts
from feedback_app.survey.index import (
    EmptyIndexError,
    Index,
    MissingElementError,
    Total,
    added,
    index_of_totals,
    mean_index,
)
from feedback_app.survey.intervals import Estimate, Spread
from feedback_app.survey.rules import Averaging, MissingRule, ResultLevel, Trait


def agency_figure(places: Sequence[PlaceSums], populations: Mapping[int, int], rules: Rules) -> PlaceFigure:
    """Return what an agency came to, with its units and their services within.

    Parameters
    ----------
    places
        All sums of one period.
    populations
        The people a unit serves, where that is known of the unit as a whole and not of its services.
    """
    units: dict[int, list[PlaceSums]] = {}
    for place in places:
        units.setdefault(place.unit_id, []).append(place)
    parts = tuple(
        unit_figure(unit_id, sums, populations.get(unit_id), rules) for unit_id, sums in sorted(units.items())
    )
    population = _population(None, parts)
    return _whole(ResultLevel.AGENCY, None, parts, population, rules, rules.agency_averaging)


def unit_figure(unit_id: int, places: Sequence[PlaceSums], population: int | None, rules: Rules) -> PlaceFigure:
    """Return what one unit came to; a unit that is surveyed as a whole has no parts."""
    services: dict[int | None, list[PlaceSums]] = {}
    for place in places:
        services.setdefault(place.service_id, []).append(place)
    if services.keys() == {None}:
        return _single(ResultLevel.UNIT, unit_id, None, services[None], population, rules)
    ordered = sorted(services.items(), key=lambda item: (item[0] is not None, item[0] or 0))
    parts = tuple(
        _single(ResultLevel.SERVICE, unit_id, service_id, sums, sums[0].population if service_id else None, rules)
        for service_id, sums in ordered
        # What is noted of the unit itself, beside its services, is a place only where somebody answered so.
        if service_id is not None or any(one.n for one in sums)
    )
    return _whole(ResultLevel.UNIT, unit_id, parts, _population(population, parts), rules, rules.unit_averaging)


def pooled(sums: Sequence[PlaceSums], rules: Rules) -> Index:
    """Return the index of all respondents together.

    Places of one questionnaire are added question by question. Where questionnaires differ, the mean of an element is
    that of each, weighed by how many answered it.

    Raises
    ------
    EmptyIndexError, MissingElementError
    """
    by_instrument: dict[int, list[PlaceSums]] = {}
    for place in sums:
        by_instrument.setdefault(place.instrument_id, []).append(place)
    whole = [added(place.totals for place in same) for same in by_instrument.values()]
    if len(whole) > 1:
        whole = [added({key: [_one(questions)] for key, questions in one.items()} for one in whole)]
    return index_of_totals(whole[0] if whole else {}, ruleset=rules.ruleset, weight=rules.weight)


def together(spreads: Iterable[Spread]) -> Spread:
    """Return the spread of several places as one, with the least denominator that keeps all scores whole."""
    known = [spread for spread in spreads if spread.n]
    denominator = lcm(*(spread.denominator for spread in known)) if known else 1
    whole = Spread(0, 0, 0, denominator)
    for one in known:
        times = denominator // one.denominator
        whole += Spread(one.n, one.total * times, one.squares * times**2, denominator)
    return whole


def _one(questions: Sequence[Total]) -> Total:
    """Return the questions of an element as one: their mean, of as many people as answered the most answered one."""
    means = [Fraction(one.total) / one.n for one in questions if one.n]
    n = max((one.n for one in questions), default=0)
    return Total(n, n * sum(means, Fraction(0)) / len(means)) if means else Total(0, 0)


def _single(
    level: ResultLevel,
    unit_id: int,
    service_id: int | None,
    sums: Sequence[PlaceSums],
    population: int | None,
    rules: Rules,
) -> PlaceFigure:
    index, without = _index(lambda: pooled(sums, rules), sums, rules)
    by_service = added_counts(one.by_service for one in sums) if service_id is None else {}
    return _figure(
        level, unit_id, service_id, sums, population, rules,
        index=index, without=without, estimate=_estimate(sums, index, rules), averaging=None,
        by_part=({str(key): n for key, n in by_service.items() if key is not None}, {}),
    )  # fmt: skip


def _whole(
    level: ResultLevel,
    unit_id: int | None,
    parts: tuple[PlaceFigure, ...],
    population: int | None,
    rules: Rules,
    averaging: Averaging,
) -> PlaceFigure:
    sums = tuple(one for part in parts for one in part.sums)
    counted = [part for part in parts if part.index is not None]
    if averaging is Averaging.POOLED:
        index, without = _index(lambda: pooled(sums, rules), sums, rules)
        estimate = _estimate(sums, index, rules)
    else:
        index, without = _index(lambda: mean_index([part.index for part in counted if part.index]), sums, rules)
        estimate = intervals.combined([part.estimate for part in counted])
    # A part without an index is not in a mean, so that its respondents must not make the others look like more.
    in_index = counted if averaging is Averaging.MEAN and counted else parts
    names = {_number(part): part for part in parts}
    populations = {name: part.population for name, part in names.items() if part.population}
    return _figure(
        level, unit_id, None, sums, population, rules,
        index=index, without=without, estimate=estimate, averaging=averaging,
        by_part=({name: part.respondents for name, part in names.items()}, populations), parts=parts,
        respondents=sum(part.respondents for part in in_index) if averaging is Averaging.MEAN else None,
    )  # fmt: skip


def _figure(
    level: ResultLevel,
    unit_id: int | None,
    service_id: int | None,
    sums: Sequence[PlaceSums],
    population: int | None,
    rules: Rules,
    *,
    index: Index | None,
    without: tuple[str, ...],
    estimate: Estimate | None,
    averaging: Averaging | None,
    by_part: tuple[Mapping[str, int], Mapping[str, int]],
    parts: tuple[PlaceFigure, ...] = (),
    respondents: int | None = None,
) -> PlaceFigure:
    if respondents is None:
        respondents = sum(counting(one, rules) for one in sums)
    return PlaceFigure(
        level=level, unit_id=unit_id, service_id=service_id,
        respondents=respondents, received=sum(one.n for one in sums),
        population=population, progress=sample.progress(respondents, population),
        index=index, without=without, estimate=estimate, averaging=averaging,
        warnings=_warnings(sums, respondents, population, by_part, rules.days_run), sums=tuple(sums), parts=parts,
    )  # fmt: skip


def counting(sums: PlaceSums, rules: Rules) -> int:
    """Return how many of the questionnaires count in the index."""
    return sums.complete if rules.missing is MissingRule.COMPLETE else sums.n


def _index(made: Callable[[], Index], sums: Iterable[PlaceSums], rules: Rules) -> tuple[Index | None, tuple[str, ...]]:
    try:
        return made(), ()
    except (EmptyIndexError, MissingElementError):
        answered = {key for one in sums for key, questions in one.totals.items() if any(q.n for q in questions)}
        return None, tuple(key for key in RULESETS[rules.ruleset].keys if key not in answered)


def _estimate(sums: Iterable[PlaceSums], index: Index | None, rules: Rules) -> Estimate | None:
    if index is None:
        return None
    return intervals.estimate(together(one.spread for one in sums), rules.weight, rules.ruleset, centre=index.exact)


def _warnings(
    sums: Sequence[PlaceSums],
    respondents: int,
    population: int | None,
    by_part: tuple[Mapping[str, int], Mapping[str, int]],
    days_run: int,
) -> tuple[sample.SampleWarning, ...]:
    possible = sum(one.possible_answers for one in sums)
    hours = added_counts(one.traits.get(Trait.HOURS, {}) for one in sums)
    composition = sample.Composition(
        answered=respondents, population=population,
        by_channel={channel.value: n for channel, n in added_counts(one.channels for one in sums).items()},
        by_hours=hours, by_service=by_part[0], populations=by_part[1],
        blank_answers=possible - sum(one.given_answers for one in sums), possible_answers=possible,
        by_day=added_counts(one.traits.get(Trait.DAY, {}) for one in sums), days_run=days_run,
    )  # fmt: skip
    return tuple(sample.warnings(composition))


def _population(own: int | None, parts: Sequence[PlaceFigure]) -> int | None:
    """Return the people served: as noted for the whole, else the sum of the parts where it is known of each."""
    known = [part.population for part in parts if part.population is not None]
    if own is not None:
        return own
    return sum(known) if known and len(known) == len(parts) else None


def _number(part: PlaceFigure) -> str:
    number = part.unit_id if part.level is ResultLevel.UNIT else part.service_id
    return "" if number is None else str(number)

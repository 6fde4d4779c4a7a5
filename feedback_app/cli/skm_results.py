"""`feedback skm results|recount|verify`: what a survey came to, and every figure of it made again."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.cli.context import database

if TYPE_CHECKING:
    from feedback_app.survey.figures import PlaceFigure
    from feedback_app.survey.models import Period
    from feedback_app.survey.results import PeriodFigures

AGENCY = click.option("--agency", "agency_code", metavar="CODE", help="Of this agency alone.")
PERIOD = click.option("--period", "period_code", metavar="CODE", help="Of this period alone; needs --agency.")


@click.command("results", short_help="Print what a period comes to.")
@click.option("--agency", "agency_code", required=True, metavar="CODE")
@click.option("--period", "period_code", required=True, metavar="CODE")
@click.option("--unit", "unit_code", metavar="CODE", help="One unit with its services and elements.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; figures are strings.")
def results_command(agency_code: str, period_code: str, unit_code: str | None, as_json: bool) -> None:
    """Print what a period comes to at present, computed from its sums: index, grade, 95 % interval, sample.

    What waits for the sums is named. Exit codes: 0 printed, 1 the period does not survey the unit.
    """
    from feedback_app.cli.lookup import find_agency, find_unit_id
    from feedback_app.survey.queries import period_by_code
    from feedback_app.survey.results import figures

    with database() as session:
        agency = find_agency(session, agency_code)
        period = period_by_code(session, agency.id, period_code)
        found = figures(session, period)
        names = _names(session, agency.id)
        place = found.agency
        if unit_code is not None:
            unit = found.unit(find_unit_id(session, agency, unit_code))
            if unit is None:
                click.echo(f"{period.code} does not survey {unit_code}", err=True)
                sys.exit(1)
            place = unit
        shown = _json(found, place, names) if as_json else "\n".join(_table(found, period, place, names))
    click.echo(shown)


@click.command("recount", short_help="Count the sums again from the questionnaires.")
@AGENCY
@PERIOD
@click.option("--repair", is_flag=True, help="Make the sums of units that differ anew.")
@click.option("--show", default=20, show_default=True, help="How many differences to print.")
def recount_command(agency_code: str | None, period_code: str | None, repair: bool, show: int) -> None:
    """Count every sum of the survey again from the questionnaires, in the database, and print what differs.

    Exit code 0 if nothing differs, 1 if something does (also when --repair has put it right).
    """
    from feedback_app.survey.recount import recount

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        periods = _periods(session, agency_code, period_code)
        found = [
            one
            for period in periods
            for one in recount(session, agency_id=period.agency_id, period_id=period.id, repair=repair)
        ]
        session.commit()
    for one in found[:show]:
        place = ", ".join("-" if part is None else str(part) for part in one.place)
        click.echo(f"{one.table} period {one.period_id} ({place}): stored {one.stored}, counted {one.counted}")
    _end(f"{len(periods)} periods", len(found), show, repaired=repair)


@click.command("verify", short_help="Make every stored result again.")
@AGENCY
@PERIOD
@click.option("--show", default=20, show_default=True, help="How many differences to print.")
def verify_command(agency_code: str | None, period_code: str | None, show: int) -> None:
    """Make every stored result again from its fractions, those of closed periods from their sums too.

    With `recount`, which makes the sums again, this leads from every figure shown back to the questionnaires. Exit code
    0 if nothing differs, 1 if something does.
    """
    from feedback_app.survey.verifying import verify

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        count, found = verify(session, _periods(session, agency_code, period_code))
    for one in found[:show]:
        click.echo(f"result {one.result_id or 'missing'}, {one.figure}: stored {one.stored}, again {one.again}")
    _end(f"{count} results", len(found), show)


def _end(what: str, differences: int, show: int, *, repaired: bool = False) -> None:
    if differences > show:
        click.echo(f"… and {differences - show} more")
    click.echo(f"{what}, {differences} differences{', repaired' if repaired and differences else ''}")
    sys.exit(1 if differences else 0)


def _periods(session: Session, agency_code: str | None, period_code: str | None) -> Sequence[Period]:
    from feedback_app.cli.lookup import find_agency
    from feedback_app.survey.models import Period
    from feedback_app.survey.queries import period_by_code, periods_of

    if agency_code is None:
        if period_code is not None:
            raise click.UsageError("A period is named together with its agency: add --agency.")
        return session.scalars(sa.select(Period).order_by(Period.agency_id, Period.id)).all()
    agency = find_agency(session, agency_code)
    return periods_of(session, agency.id) if period_code is None else [period_by_code(session, agency.id, period_code)]


def _names(session: Session, agency_id: int) -> dict[tuple[int | None, int | None], str]:
    from feedback_app.organisation.models import PublicService, Unit

    units = session.execute(sa.select(Unit.id, Unit.code).where(Unit.agency_id == agency_id))
    services = session.execute(
        sa.select(PublicService.unit_id, PublicService.id, PublicService.code).where(
            PublicService.agency_id == agency_id
        )
    )
    return (
        {(None, None): "all units"}
        | {(unit, None): code for unit, code in units}
        | {(unit, service): code for unit, service, code in services}
    )


def _table(
    found: PeriodFigures, period: Period, place: PlaceFigure, names: dict[tuple[int | None, int | None], str]
) -> Iterator[str]:
    rules = found.rules
    yield f"{period.code} ({period.state.value}), {rules.ruleset.value}"
    yield f"weight {rules.weight.value}, missing answers {rules.missing.value}"
    if found.waiting:
        yield f"{found.waiting} answers wait for the sums and are not counted here"
    yield f"{'place':<24} {'index':>6}  grade  {'95 % interval':<15} {'respondents':>11} {'needed':>7}"
    for one in (place, *place.parts):
        interval = f"{_comma(one.interval.low)} - {_comma(one.interval.high)}" if one.interval else "-"
        value, grade = (_comma(one.index.value), one.index.grade.value) if one.index else ("-", "-")
        need = one.progress.minimum_by_table
        name = names.get((one.unit_id, one.service_id), "?")
        yield f"{name:<24} {value:>6}  {grade:<5}  {interval:<15} {one.respondents:>11} {need if need else '-':>7}"
    for element in place.index.elements if place.index else ():
        yield f"  {element.key:<22} {_comma(element.value):>6}  {element.grade.value:<5}  n={element.n}"


def _json(found: PeriodFigures, place: PlaceFigure, names: dict[tuple[int | None, int | None], str]) -> str:
    rules = found.rules
    figures = {
        "ruleset": rules.ruleset.value, "weight": rules.weight.value, "missing": rules.missing.value,
        "unit_averaging": rules.unit_averaging.value, "agency_averaging": rules.agency_averaging.value,
        "waiting": found.waiting, **_place(place, names),
    }  # fmt: skip
    return json.dumps(figures, ensure_ascii=False, indent=2)


def _place(one: PlaceFigure, names: dict[tuple[int | None, int | None], str]) -> dict[str, Any]:
    return {
        "place": names.get((one.unit_id, one.service_id), "?"), "level": one.level.value,
        "index": str(one.index.value) if one.index else None, "grade": one.index.grade.value if one.index else None,
        "exact": str(one.index.exact) if one.index else None,
        "interval": [str(one.interval.low), str(one.interval.high)] if one.interval else None,
        "respondents": one.respondents, "received": one.received, "population": one.population,
        "minimum_by_table": one.progress.minimum_by_table, "minimum_by_formula": one.progress.minimum_by_formula,
        "elements": {
            element.key: {"n": element.n, "mean": str(element.mean), "value": str(element.value),
                          "grade": element.grade.value}
            for element in (one.index.elements if one.index else ())
        },
        "parts": [_place(part, names) for part in one.parts],
    }  # fmt: skip


def _comma(value: Decimal) -> str:
    return f"{value}".replace(".", ",")

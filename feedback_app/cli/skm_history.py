"""`feedback skm history`: results that were published before the platform."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id
from feedback_app.survey.elements import Grade, RuleSetCode, Weight

DAY: Final = click.DateTime(["%Y-%m-%d"])
RULESETS: Final = {"2017": RuleSetCode.PERMENPANRB_14_2017, "2004": RuleSetCode.KEPMENPAN_25_2004}
WEIGHTS: Final = {"2017": Weight.THREE_DIGITS, "2004": Weight.OLD}


class Index(click.ParamType[Decimal]):
    """An index with a point or a comma."""

    name = "index"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read the number, or say how to write one."""
        try:
            found = Decimal(str(value).replace(",", "."))
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite():
            self.fail(f"{value!r} is no index; write it like 78.74", param, ctx)
        return found


@click.group("history", short_help="Results from before the platform.")
def history_group() -> None:
    """Results that were published before the platform, for the line of the years."""


@history_group.command("add")
@click.option("--agency", required=True, metavar="CODE")
@click.option("--unit", metavar="CODE", help="The whole agency if unset.")
@click.option("--code", required=True, help="Of the period, such as 2024-s2; the same for all its units.")
@click.option("--name", required=True, help="Of the period, such as 'Semester II tahun 2024'.")
@click.option("--from", "starts_on", type=DAY, required=True, metavar="DAY")
@click.option("--to", "ends_on", type=DAY, required=True, metavar="DAY")
@click.option("--ruleset", type=click.Choice(list(RULESETS)), default="2017", show_default=True)
@click.option("--weight", type=click.Choice([one.value for one in Weight]), help="0.111, or 0.071 of 2004, if unset.")
@click.option("--index", type=Index(), required=True, help="From 25 to 100.")
@click.option("--grade", type=click.Choice([one.value for one in Grade]), required=True)
@click.option("--respondents", type=click.IntRange(1), required=True)
@click.option("--source", required=True, help="Where it was published.")
def add_command(
    agency: str, unit: str | None, code: str, name: str, starts_on: datetime, ends_on: datetime, ruleset: str,
    weight: str | None, index: Decimal, grade: str, respondents: int, source: str,
) -> None:  # fmt: skip
    """Note a published result; a grade that its index cannot have is refused."""
    from feedback_app.audit.operations import SYSTEM
    from feedback_app.survey.history import Reported, add_reported

    with database() as session:
        owner = find_agency(session, agency)
        told = Reported(
            name=name, code=code, starts_on=starts_on.date(), ends_on=ends_on.date(), ruleset=RULESETS[ruleset],
            weight=Weight(weight) if weight else WEIGHTS[ruleset],
            unit_id=find_unit_id(session, owner, unit) if unit else None, index=index, grade=Grade(grade),
            respondents=respondents, source=source,
        )  # fmt: skip
        add_reported(session, owner.id, told, actor=SYSTEM, now=clock.utcnow())
        session.commit()
        click.echo(f"{code}: {unit or agency} {index} {grade} noted")

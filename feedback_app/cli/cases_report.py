"""`feedback cases buckets` and `feedback cases figures`: the numbers of cases, counted from raw rows."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id, today_of
from feedback_app.organisation.models import Agency

if TYPE_CHECKING:
    from feedback_app.handling.figures.counts import Asked, Scope
    from feedback_app.handling.figures.rules import PeriodKind

PERIODS: Final = ("week", "last_week", "month", "quarter")
# Two ways of counting time give the same curve, up to the rounding of sums.
DAYS_APART: Final = 1e-4


@click.command("buckets", short_help="Reports in each bucket of LAPOR!'s statistics.")
@click.option("--agency", help="Only this agency (its code).")
@click.option("--year", type=click.IntRange(2000, 2100), help="Only reports of this year.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for other programs.")
def buckets_command(*, agency: str | None, year: int | None, as_json: bool) -> None:
    """Count how many reports stand in each bucket of SP4N-LAPOR!'s statistics. Confidential ones are left out."""
    from feedback_app.handling.figures.lapor_buckets import count_buckets

    with database() as session:
        owners = [find_agency(session, agency)] if agency else session.scalars(sa.select(Agency)).all()
        found = {owner.code: count_buckets(session, owner.id, year=year) for owner in owners}
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for code, counts in found.items():
        click.echo(f"{code}  {'  '.join(f'{name} {count}' for name, count in counts.items())}")


@click.command("figures", short_help="Count the dashboard again from raw rows.")
@click.option("--agency", required=True, help="The agency's code.")
@click.option("--unit", help="Only this unit (its code).")
@click.option("--account", required=True, help="The e-mail address of the account whose dashboard is checked.")
@click.option("--period", type=click.Choice(PERIODS), default="quarter", show_default=True)
def figures_command(*, agency: str, unit: str | None, account: str, period: str) -> None:
    """Count what an account's dashboard shows again, case by case from raw rows, and print each figure.

    Exit code 0 if all agree, 1 if any differs. Nothing is counted that the account may not see.
    """
    from feedback_app.handling.figures.rules import PeriodKind

    with database() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        owner = find_agency(session, agency)
        scope = _scope(session, owner, unit, account)
        differing = _compare(session, scope, owner, PeriodKind(period))
    click.echo(f"{differing} differences")
    sys.exit(1 if differing else 0)


def _scope(session: Session, owner: Agency, unit: str | None, account: str) -> Scope:
    from feedback_app.handling.figures.counts import Scope
    from feedback_app.identity.models import User

    user_id = session.scalar(sa.select(User.id).where(sa.func.lower(User.email) == account.lower()))
    if user_id is None:
        raise click.UsageError(f"There is no account {account!r}.")
    unit_id = find_unit_id(session, owner, unit) if unit else None
    return Scope(user_id, clock.office_day(clock.utcnow()), owner.id, unit_id)


def _compare(session: Session, scope: Scope, owner: Agency, period: PeriodKind) -> int:
    from feedback_app.handling.figures.counts import HAPPENED, STANDS
    from feedback_app.handling.figures.dashboard import asked_about
    from feedback_app.handling.figures.lives import lives_of
    from feedback_app.handling.figures.recount import recount
    from feedback_app.handling.figures.rules import period_of
    from feedback_app.handling.figures.sums import count_happened, count_standing

    now = clock.utcnow()
    asked = asked_about(session, scope, period_of(period, today_of(owner, now)), now)[0]
    shown = count_standing(session, scope, list(STANDS), asked)
    shown |= count_happened(session, scope, list(HAPPENED), [asked.span])[0]
    lives = lives_of(session, scope)
    again = {key: len(ids) for key, ids in recount(lives, asked).items()}
    for key, count in again.items():
        click.echo(f"{key} {count}{'' if shown[key] == count else f'  DIFFERS: the dashboard shows {shown[key]}'}")
    differing = sum(shown[key] != count for key, count in again.items())
    return differing + _compare_times(session, scope, asked)


def _compare_times(session: Session, scope: Scope, asked: Asked) -> int:
    from feedback_app.handling.figures.lives import lives_of
    from feedback_app.handling.figures.recount_times import waits_until_closed, waits_until_reply
    from feedback_app.handling.figures.survival import kaplan_meier
    from feedback_app.handling.figures.times import times_of

    lives, times, differing = lives_of(session, scope), times_of(session, scope, asked), 0
    for name, curve, waits in (
        ("reply", times.reply, waits_until_reply(lives, asked, session, scope)),
        ("settlement", times.settlement, waits_until_closed(lives, asked, session, scope)),
    ):
        walked = kaplan_meier([one.days for one in waits], [one.is_over for one in waits])
        mine, theirs = curve.time_until(0.5), walked.time_until(0.5)
        agree = (mine is None and theirs is None) or (
            mine is not None and theirs is not None and abs(mine - theirs) < DAYS_APART
        )
        told = "not reached" if theirs is None else f"{theirs:.3f} working days"
        click.echo(f"median_until_{name} {told}{'' if agree else f'  DIFFERS: the dashboard shows {mine}'}")
        differing += not agree
    return differing

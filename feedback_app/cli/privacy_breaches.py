"""`feedback privacy breach`: notices of a breach while the web is down."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import click

from feedback_app import clock
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit_id
from feedback_app.cli.own_password import account_with_password, with_code

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.organisation.models import Agency
    from feedback_app.privacy.models import Breach

PASSWORD: Final = "FEEDBACK_ACCOUNT_PASSWORD"  # noqa: S105 - the name of a variable
_BY = click.option("--by", required=True, metavar="EMAIL", help="Account that acts; it manages privacy in the agency.")
_PASSWORD = click.option("--password", envvar=PASSWORD, help=f"Its password; asked for, or read from {PASSWORD}.")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("breach", short_help="Breaches of personal data.")
def breach_group() -> None:
    """Breaches of personal data, where the pages cannot be reached. Two accounts act, each with what it signs in by."""


@breach_group.command("list", short_help="Show breaches and their clocks.")
@click.argument("agency")
def list_command(agency: str) -> None:
    """Show the breaches of AGENCY. Exit code 1 if the clock of one has run out."""
    from feedback_app.privacy.breaches.queries import breaches_of
    from feedback_app.privacy.models import BreachState

    with database() as session:
        found, now, late = find_agency(session, agency), clock.utcnow(), False
        breaches = breaches_of(session, found.id)
        if not breaches:
            click.echo("None.")
        for one in breaches:
            runs = one.state in {BreachState.DRAFT, BreachState.CONFIRMED} and one.authority_told_at is None
            late |= runs and one.due_at < now
            left = f", {(one.due_at - now).total_seconds() / 3600:.1f} hours left" if runs else ""
            click.echo(f"{one.id}  {one.state.value}  found {one.found_at:%Y-%m-%d %H:%M} UTC{left}")
    sys.exit(1 if late else 0)


@breach_group.command("new", short_help="Note a breach.")
@click.argument("agency")
@click.option("--found", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="When, by the agency's clock.")
@click.option("--data", "categories", required=True, multiple=True, help="Kind of data; see `feedback privacy map`.")
@click.option("--happened", required=True, nargs=2, type=_DAY, help="First and last day.")
@click.option("--reached", required=True, nargs=2, type=_DAY, help="Feedback received from … until ….")
@click.option("--unit", help="Code of the unit, if one alone.")
@click.option("--estimate", type=click.IntRange(min=0), help="How many people, if known otherwise.")
@click.option("--how", required=True, help="How it happened.")
@click.option("--remedies", required=True, help="What is done about it.")
@click.option("--advice", required=True, help="What citizens can do.")
@click.option("--ask", "ask_whom", required=True, help="Whom citizens ask.")
@_BY
@_PASSWORD
@with_code
def new_command(agency: str, unit: str | None, by: str, password: str | None, **said: Any) -> None:
    """Note a breach of AGENCY. It is told to nobody before another account confirms it."""
    from datetime import UTC

    from feedback_app.privacy.breaches.operations import Written, note_breach

    with database() as session:
        found = find_agency(session, agency)
        user_id = _account(session, found, by, password)
        moment: datetime = said.pop("found")
        happened, reached = said.pop("happened"), said.pop("reached")
        written = Written(
            found_at=moment.replace(tzinfo=ZoneInfo(found.time_zone)).astimezone(UTC),
            happened_from=_day(happened[0]), happened_until=_day(happened[1]), reached_from=_day(reached[0]),
            reached_until=_day(reached[1]), unit_id=find_unit_id(session, found, unit) if unit else None, **said,
        )  # fmt: skip
        made = note_breach(session, found.id, written, user_id=user_id, now=clock.utcnow())
        click.echo(f"Breach {made.id} noted; another account confirms it until {made.due_at:%Y-%m-%d %H:%M} UTC.")
        session.commit()


@breach_group.command("confirm", short_help="Confirm a breach and owe the notices.")
@click.argument("agency")
@click.argument("number", type=click.IntRange(min=1))
@_BY
@_PASSWORD
@with_code
def confirm_command(agency: str, number: int, by: str, password: str | None) -> None:
    """Confirm breach NUMBER of AGENCY as its second person: its words are fixed then and the notices owed."""
    from feedback_app.audit.operations import person
    from feedback_app.privacy.breaches.notices import owe_notices
    from feedback_app.privacy.breaches.operations import confirm_breach

    with database() as session:
        found, breach = _breach(session, agency, number, lock=True)
        user_id, now = _account(session, found, by, password), clock.utcnow()
        confirm_breach(session, breach, user_id=user_id, now=now)
        reached = owe_notices(session, breach, actor=person(user_id), now=now)
        session.commit()
    click.echo(f"Confirmed; {reached} pieces of feedback reached. Messages go when the worker runs.")


@breach_group.command("notice", short_help="Write the notice as text or PDF.")
@click.argument("agency")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--to", "whom", type=click.Choice(["authority", "subjects"]), default="authority", show_default=True)
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="File to write; without it text is printed."
)
def notice_command(agency: str, number: int, whom: str, pdf: Path | None) -> None:
    """Write the notice of breach NUMBER of AGENCY (UU 27/2022 Ps 46)."""
    from feedback_app.privacy.breaches.document import notice_of, plain_text
    from feedback_app.privacy.breaches.queries import count_reached
    from feedback_app.reporting.breach_file import notice_pdf

    with database() as session:
        found, breach = _breach(session, agency, number)
        feedback = count_reached(session, breach).feedback
        made = notice_of(breach, found.name, found.time_zone, feedback=feedback, to_authority=whom == "authority")
        if pdf is None:
            click.echo(plain_text(made))
        else:
            pdf.write_bytes(notice_pdf(made, breach.written_at.date()))
            click.echo(f"{pdf} written")


@breach_group.command("affected", short_help="List what a breach reached, in numbers.")
@click.argument("agency")
@click.argument("number", type=click.IntRange(min=1))
def affected_command(agency: str, number: int) -> None:
    """List the numbers of the feedback that breach NUMBER of AGENCY reached. Addresses stay sealed."""
    from feedback_app.privacy.breaches.queries import reached_rows

    with database() as session:
        _, breach = _breach(session, agency, number)
        for submission_id, day, has_address in reached_rows(session, breach):
            click.echo(f"{submission_id}\t{day}\t{'address' if has_address else 'no address'}")


def _breach(session: Session, agency: str, number: int, *, lock: bool = False) -> tuple[Agency, Breach]:
    from feedback_app.privacy.breaches.queries import UnknownBreachError, breach_of

    found = find_agency(session, agency)
    try:
        return found, breach_of(session, [found.id], number, lock=lock)
    except UnknownBreachError as error:
        raise click.UsageError(f"{found.code} has no breach {number}; see `feedback privacy breach list`.") from error


def _account(session: Session, agency: Agency, by: str, password: str | None) -> int:
    """Return the number of an account that proved itself and manages privacy in the agency."""
    from feedback_app.cli.lookup import today_of
    from feedback_app.identity.rules import Permission
    from feedback_app.organisation.whole_agencies import whole_agencies

    user = account_with_password(session, by, password)
    day = today_of(agency, clock.utcnow())
    managed = whole_agencies(session, user.id, Permission.MANAGE_PRIVACY, day)
    if agency.id not in {one.id for one in managed}:
        raise click.UsageError(f"{user.email} does not manage privacy in {agency.code}.")
    return user.id


def _day(moment: datetime) -> date:
    return moment.date()

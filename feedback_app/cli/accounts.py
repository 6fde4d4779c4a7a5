"""`feedback accounts`: invite people, give out links where no mail is set up, close and open accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Final

import click
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.cli import LazyGroup
from feedback_app.cli.context import database
from feedback_app.cli.lookup import find_agency, find_unit, today_of
from feedback_app.identity.rules import Role

if TYPE_CHECKING:
    from feedback_app.identity.models import User
    from feedback_app.notifications.account_acts import RoleWanted
    from feedback_app.organisation.models import Agency

# Each loaded when it is called or described; whoever adds a command adds a line.
ACCOUNT_COMMANDS: Final[dict[str, str]] = {
    "invite": "feedback_app.cli.accounts:invite_command",
    "resend": "feedback_app.cli.accounts:resend_command",
    "withdraw": "feedback_app.cli.accounts:withdraw_command",
    "link": "feedback_app.cli.accounts:link_command",
    "list": "feedback_app.cli.accounts_list:list_command",
    "deactivate": "feedback_app.cli.accounts_list:deactivate_command",
    "activate": "feedback_app.cli.accounts_list:activate_command",
    "set-password": "feedback_app.cli.accounts_list:set_password_command",
    "factors": "feedback_app.cli.accounts_factors:factors_command",
    "reset-factors": "feedback_app.cli.accounts_factors:reset_factors_command",
    "sessions": "feedback_app.cli.accounts_sessions:sessions_command",
    "end-sessions": "feedback_app.cli.accounts_sessions:end_sessions_command",
}


class AccountsGroup(LazyGroup):
    """The commands about accounts."""

    commands_at: ClassVar[dict[str, str]] = ACCOUNT_COMMANDS


@click.group("accounts", cls=AccountsGroup, short_help="Who can sign in.")
def accounts_group() -> None:
    """Accounts of staff: invite, list, close, open; see docs/accounts.md. What each may do: `feedback grants`."""


@click.command("invite", short_help="Invite somebody with a role.")
@click.argument("email")
@click.option("--name", required=True, help="Full name of the one person who will use the account.")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="What they are trusted with.")
@click.option("--administrator", is_flag=True, help="Short for --role administrator over the whole agency.")
@click.option("--unit", help="Code of the unit; the role reaches it and everything below (unset: whole agency).")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the role (unset: until it is ended).")
@click.option("--link", "shows_link", is_flag=True, help="Print the link even where mail is set up.")
def invite_command(
    email: str, *, name: str, agency: str, role: str | None, administrator: bool, unit: str | None,
    until: datetime | None, shows_link: bool,
) -> None:  # fmt: skip
    """Make an account for EMAIL whose owner chooses the password by a link; who has one gets the role alone.

    The first administrator of an agency comes to be here, and nowhere else. Where no mail is set up, the link is
    printed: hand it to its owner in person. It works once, for seven days.
    """
    from feedback_app.notifications.account_acts import invite

    if administrator == bool(role):
        raise click.UsageError("Give either --role or --administrator.")
    if administrator and unit:
        raise click.UsageError("--administrator is over the whole agency; use --role administrator --unit for a part.")
    now = clock.utcnow()
    with database() as session:
        owner = find_agency(session, agency)
        today = today_of(owner, now)
        wanted = _wanted(session, owner, Role(role or Role.ADMINISTRATOR), unit, today, until)
        invited = invite(
            session, agency_id=owner.id, email=email, name=name, grants=(wanted,), actor=SYSTEM, today=today, now=now
        )
        address = invited.user.email
        link = _invitation_link(session, owner.id, invited.user) if invited.invitation else None
        session.commit()
        if link is None:
            click.echo(f"{address} has an account already; the role was {'added' if invited.given else 'there'}.")
        else:
            click.echo(f"Invited {address}.")
            _tell(link, shows_link=shows_link)


@click.command("resend", short_help="Send an invitation once more.")
@click.argument("email")
@click.option("--agency", required=True, help="Code of the agency.")
@click.option("--link", "shows_link", is_flag=True, help="Print the link even where mail is set up.")
def resend_command(email: str, *, agency: str, shows_link: bool) -> None:
    """Send the invitation of EMAIL again, for another seven days; the link of before no longer works."""
    from feedback_app.identity.operations import account_of
    from feedback_app.notifications.account_acts import resend_invitation

    with database() as session:
        owner, user = find_agency(session, agency), account_of(session, email)
        resend_invitation(session, agency_id=owner.id, user_id=user.id, actor=SYSTEM, now=clock.utcnow())
        link = _invitation_link(session, owner.id, user)
        session.commit()
        click.echo(f"Sent again to {user.email}.")
        _tell(link, shows_link=shows_link)


@click.command("withdraw", short_help="Take an invitation back.")
@click.argument("email")
@click.option("--agency", required=True, help="Code of the agency.")
def withdraw_command(email: str, *, agency: str) -> None:
    """Make the link of an invitation worthless; the account stays, and opens nothing."""
    from feedback_app.identity.invitations import withdraw
    from feedback_app.identity.operations import account_of

    with database() as session:
        owner, user = find_agency(session, agency), account_of(session, email)
        withdraw(session, agency_id=owner.id, user_id=user.id, actor=SYSTEM, now=clock.utcnow())
        session.commit()
    click.echo("Withdrawn.")


@click.command("link", short_help="Print a one-time link for an account.")
@click.argument("email")
def link_command(email: str) -> None:
    """Print the link with which the owner of EMAIL chooses a password: half an hour for somebody who lost one, seven
    days for somebody invited. For machines without mail; hand it to its owner in person and to nobody else.
    """
    from feedback_app.identity.account_links import RECOVERY_MINUTES, recovery_token
    from feedback_app.identity.operations import account_of
    from feedback_app.identity.sign_ins import note_act

    now = clock.utcnow()
    with database() as session:
        user = account_of(session, email)
        if user.password is None:
            click.echo(_newest_invitation_link(session, user))
            return
        if not user.active:
            raise click.UsageError("The account is closed; open it first: feedback accounts activate EMAIL.")
        note_act(session, user.id, SYSTEM, "identity.print_recovery", None, now)
        token = recovery_token(_key(), user, now=now)
        session.commit()
        click.echo(f"{_base()}/masuk/tautan/{token}")
        click.echo(f"Works once, for {RECOVERY_MINUTES} minutes.", err=True)


def _wanted(
    session: Session, owner: Agency, role: Role, unit: str | None, today: date, until: datetime | None
) -> RoleWanted:
    from feedback_app.notifications.account_acts import RoleWanted

    unit_id = find_unit(session, owner, unit, today).id if unit else None
    return RoleWanted(role, unit_id, today, until.date() if until else None)


def _tell(link: str, *, shows_link: bool) -> None:
    from flask import current_app

    from feedback_app.notifications.rules import Way
    from feedback_app.notifications.ways import ways_of

    if Way.EMAIL in ways_of(current_app.extensions["suara_settings"]) and not shows_link:
        click.echo("The link leaves by mail.", err=True)
        return
    click.echo(link)
    click.echo("Works once, for seven days. Hand it to its owner in person and to nobody else.", err=True)


def _invitation_link(session: Session, agency_id: int, user: User) -> str:
    from feedback_app.identity.account_links import invitation_token
    from feedback_app.identity.invitations import open_invitation

    row = open_invitation(session, agency_id, user.id)
    if row is None or row.expires_at <= clock.utcnow():
        raise click.UsageError(f"No invitation of {user.email} waits; see `feedback accounts resend --help`.")
    return f"{_base()}/undangan/{invitation_token(_key(), row)}"


def _newest_invitation_link(session: Session, user: User) -> str:
    import sqlalchemy as sa

    from feedback_app.identity.account_models import Invitation

    agency_id = session.scalar(
        sa.select(Invitation.agency_id)
        .where(Invitation.user_id == user.id, Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.sent_at.desc())
        .limit(1)
    )
    return _invitation_link(session, agency_id or 0, user)


def _base() -> str:
    from flask import current_app

    from feedback_app.config import Settings

    known: Settings = current_app.extensions["suara_settings"]
    return known.public_url or f"http://{known.host}:{known.port or 8000}"


def _key() -> bytes:
    from flask import current_app

    found: bytes = current_app.config["ACCOUNT_KEY"]
    return found

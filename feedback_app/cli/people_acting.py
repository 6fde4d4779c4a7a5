"""Who acts from a terminal: the operator, or an account that proves itself with its password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person
from feedback_app.cli.own_password import account_with_password, with_code
from feedback_app.organisation.models import Agency

Command = TypeVar("Command", bound=Callable[..., Any])
PASSWORD: Final = "FEEDBACK_ACCOUNT_PASSWORD"  # noqa: S105 - the name of a variable


def as_account(command: Command) -> Command:
    """Add the options by which an account acts: `--by`, `--password` and `--code`."""
    by = click.option("--by", metavar="EMAIL", help="Account that asks; needed where days gone by change.")
    password = click.option(
        "--password", envvar=PASSWORD, help=f"Password of that account; asked for, or read from {PASSWORD}."
    )
    return by(password(with_code(command)))


def actor_of(session: Session, agency: Agency, by: str | None, password: str | None) -> Actor:
    """Return who acts: the operator where no account is named, else the account once its password is right.

    Raises
    ------
    click.UsageError
        The account does not exist, its password or code is another, or it looks after no people of the agency.
    """
    if by is None:
        return SYSTEM
    from feedback_app.cli.lookup import today_of
    from feedback_app.clock import utcnow
    from feedback_app.identity.rules import Permission
    from feedback_app.organisation.people.queries import agencies_looked_after

    user = account_with_password(session, by, password)
    day = today_of(agency, utcnow())
    wanted = (Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE)
    reached = {one.id for kind in wanted for one in agencies_looked_after(session, user.id, kind, day)}
    if agency.id not in reached:
        raise click.UsageError(f"{user.email} looks after no people of {agency.code}.")
    return person(user.id)

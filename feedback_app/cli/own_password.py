"""Who gives an order on the command line, shown by their password, and by a code where they have a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from feedback_app import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from feedback_app.identity.factors.attempts import Try
    from feedback_app.identity.models import User

Command = TypeVar("Command", bound=Callable[..., Any])
CODE: Final = "FEEDBACK_ACCOUNT_CODE"


def with_code(command: Command) -> Command:
    """Add the option `--code`, which `account_with_password` reads."""
    return click.option(
        "--code", envvar=CODE, expose_value=False, callback=_keep,
        help=f"Its second factor, if it has one: a code of the app or a recovery code. Asked for, or read from {CODE}.",
    )(command)  # fmt: skip


def account_with_password(session: Session, email: str, password: str | None) -> User:
    """Return the account of an address whose password is given, or asked for where it is not.

    Where it has a second factor, a code is asked for as well: a terminal is no weaker way in than a page. A code that
    was right is used up with the commit of the caller; a miss is counted at once.

    Raises
    ------
    click.UsageError
        There is no such account, it may sign in no more, the password is another; the code is wrong or comes too soon
        after wrong ones; or the account has a passkey alone, which only a page can ask for.
    """
    from flask_security import verify_password

    from feedback_app.identity.factors.queries import ways_of
    from feedback_app.identity.password_rules import normalised
    from feedback_app.identity.queries import user_by_email

    user = user_by_email(session, email)
    given = password if password is not None else click.prompt("Password", hide_input=True, err=True)
    if user is None or not user.active or not user.password or not verify_password(normalised(given), user.password):
        raise click.UsageError("That account or password is not right.")
    has_app, has_passkey = ways_of(session, user.id)
    if has_app:
        _check_code(session, user)
    elif has_passkey:
        raise click.UsageError(f"{user.email} has a passkey, which a terminal cannot ask for: do it on the page.")
    return user


def _check_code(session: Session, user: User) -> None:
    from flask import current_app

    from feedback_app.identity.factors.attempts import try_code
    from feedback_app.notifications import account_mail

    given = click.get_current_context().meta.get(CODE) or click.prompt("Code of the app, or a recovery code", err=True)
    now = clock.utcnow()
    tried = try_code(session, current_app.config["FACTOR_BOX"], user.id, str(given), now=now)
    if tried.passed:
        if tried.codes_left is not None:
            account_mail.owe(session, agency_id=None, user_id=user.id, kind="factor_changed", now=now)
        return
    if tried.tell_owner:
        account_mail.owe(session, agency_id=None, user_id=user.id, kind="factor_missed", now=now)
    session.commit()
    raise click.UsageError(_why(tried))


def _why(tried: Try) -> str:
    from feedback_app.identity.factors.attempts import Outcome

    if tried.outcome is Outcome.PAUSED and tried.again_at is not None:
        return f"Too many wrong codes: the next one is looked at from {tried.again_at:%H:%M:%S} UTC."
    if tried.outcome is Outcome.REPLAYED:
        return "That code was used already; wait for the next one."
    return "That code is not right."


def _keep(context: click.Context, _option: click.Parameter, value: str | None) -> None:
    context.meta[CODE] = value

"""Who gives an order on the command line, shown by their password."""

from __future__ import annotations

import click
from flask_security import verify_password
from sqlalchemy.orm import Session

from feedback_app.identity.models import User
from feedback_app.identity.password_rules import normalised
from feedback_app.identity.queries import user_by_email


def account_with_password(session: Session, email: str, password: str | None) -> User:
    """Return the account of an address whose password is given, or asked for where it is not.

    Raises
    ------
    click.UsageError
        There is no such account, it may sign in no more, or the password is another.
    """
    user = user_by_email(session, email)
    given = password if password is not None else click.prompt("Password", hide_input=True, err=True)
    if user is None or not user.active or not user.password or not verify_password(normalised(given), user.password):
        raise click.UsageError("That account or password is not right.")
    return user

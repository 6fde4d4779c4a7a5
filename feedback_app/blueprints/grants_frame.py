"""What the pages about roles share: whose agency it is, which units somebody looks after, and the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import my_permissions, today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.errors import DomainError, NotFoundError
from feedback_app.identity.rules import Permission
from feedback_app.notifications import account_mail
from feedback_app.notifications.templates import Template
from feedback_app.organisation.access.giving import within_my_reach
from feedback_app.organisation.access.queries import administrators_over, agencies_with
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownAgencyError
from feedback_app.organisation.within_reach import ReachedUnit, units_within_reach

bp = staff_blueprint("grants")


@dataclass(frozen=True)
class Here:
    """The agency a page is about; `units` are those whose roles the reader gives, and `is_whole` that it is all."""

    agency: Agency
    agencies: Sequence[Agency]
    units: list[ReachedUnit]
    is_whole: bool
    may_manage: bool
    now: datetime
    today: date


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def asked_agency(*permissions: Permission) -> Here | None:
    """Return the agency that `instansi` in the address names, the first one where it names none; None without any.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
        Another agency was named.
    """
    found = _agencies(permissions)
    asked = number_or_none(request.values.get("instansi"))
    if not found:
        return None
    return here(asked if asked is not None else found[0].id, *permissions)


def here(agency_id: int, *permissions: Permission) -> Here:
    """Return an agency in which the signed-in person has one of some permissions somewhere.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    session, day, agencies = db.session(), today(), _agencies(permissions)
    agency = next((one for one in agencies if one.id == agency_id), None)
    if agency is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    units = [
        unit
        for unit in units_within_reach(session, current_user.id, Permission.MANAGE_GRANTS, day)
        if unit.agency_id == agency_id
    ]
    whole = within_my_reach(session, current_user.id, agency_id, None, day)
    manages = Permission.MANAGE_GRANTS in my_permissions() and bool(units or whole)
    return Here(agency, agencies, units, whole, manages, clock.utcnow(), day)


def page(template: str, place: Here | None, current: str, **shown: Any) -> str:
    """Return a page about roles; without an agency, the one that says why it is empty."""
    if place is None:
        return render_template("access/nothing.html", current=current, here=None)
    return render_template(template, here=place, agency=place.agency, current=current, **shown)


def decided(
    act: Callable[[], str], number: int, *, again: Callable[[dict[str, object]], str], to: str
) -> ResponseReturnValue:
    """Do one act on one line of a list; where it is refused, show the list again with the reason that was typed.

    `act` returns what to say when it is done; `again` draws the page from what became of the line `number`.

    Raises
    ------
    NotFoundError
        The line is not there, so that there is nothing to show a refusal at.
    """
    try:
        words = act()
    except NotFoundError:
        raise
    except DomainError as error:
        db.session.rollback()
        refused = {"problem": translated(error.message), "refused_id": number}
        return again({**refused, "typed": request.form.get("reason", "")}), error.status
    db.session.commit()
    flash(words, "success")
    return redirect(to, 303)


def tell(user_ids: Iterable[int], kind: Template, agency_id: int, now: datetime, **ids: int) -> None:
    """Owe some people a mail about a role or an emergency access."""
    for user_id in user_ids:
        account_mail.owe(db.session(), agency_id=agency_id, user_id=user_id, kind=kind, now=now, **ids)


def tell_administrators(
    kind: Template, agency_id: int, day: date, now: datetime, *, besides: Iterable[int] = (), **ids: int
) -> None:
    """Owe whoever looks after the roles of a whole agency a mail."""
    left_out = set(besides)
    people = administrators_over(db.session(), agency_id, day)
    tell([one for one in people if one not in left_out], kind, agency_id, now, **ids)


def _agencies(permissions: Sequence[Permission]) -> Sequence[Agency]:
    ids = agencies_with(db.session(), current_user.id, permissions, today())
    return db.session.scalars(sa.select(Agency).where(Agency.id.in_(ids)).order_by(Agency.name)).all()

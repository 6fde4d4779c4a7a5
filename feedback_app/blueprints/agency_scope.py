"""Which agency a request is about; the database shows the rows of that one alone (`db_wall`).

A page of staff: the agency its reader works in. A public page: the one its address names. A code or key: the one that
it leads to (`db_wall.scope.enter_by`, asked by whoever looks the code up). Everything else sees rows of no agency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from flask import Flask, current_app, g, has_app_context, request, request_started, session
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints import places
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.places import AgencyCard
from feedback_app.db import db
from feedback_app.db_wall.scope import Scope, across, agencies_of_account, build
from feedback_app.db_wall.scope import enter as enter_scope
from feedback_app.organisation.queries import UnknownAgencyError

CHOSEN: Final = "works_in"
_ALWAYS: Final = "suara_wall_always"
_PUBLIC: Final = "suara_public_endpoints"


def register_scope(app: Flask, public: Collection[str], *, always: bool) -> None:
    """Put every request behind the wall; with `always`, as in the web server, whatever else the process does too.

    `public` are the endpoints that ask for no account.
    """
    app.extensions[_ALWAYS], app.extensions[_PUBLIC] = always, public
    app.add_template_global(agencies_to_choose, "agencies_to_choose")
    request_started.connect(_begin, app)
    # Before all others: a form whose token no longer holds is drawn again, and its page reads the agency's rows.
    app.before_request_funcs.setdefault(None, []).insert(0, _enter)


def scope() -> Scope | None:
    """Return what the present request may see, None where no request is being answered."""
    if not has_app_context():
        return None
    if "scope" not in g and current_app.extensions.get(_ALWAYS):
        g.scope = Scope()
    found: Scope | None = g.get("scope")
    return found


def enter(agency_id: int | None, account: int | None = None) -> None:
    """Show the rows of an agency from now on: the one that a public page is about, or a link names that we signed.

    `account` is whose link it is, where it is one of an account.
    """
    _show(agency_id, account)


def agencies_of(account: int) -> list[int]:
    """Return the agencies in which an account holds a role today."""
    return agencies_of_account(db.session(), account, clock.office_day(clock.utcnow()))


def my_agencies() -> list[int]:
    """Return the agencies that the signed-in person may work in today, read once a request."""
    if "my_agencies" not in g:
        g.my_agencies = agencies_of(current_user.id)
    found: list[int] = g.my_agencies
    return found


def working_agency() -> int | None:
    """Return the agency the signed-in person works in: the one the address names, the one they chose, or their first.

    None for somebody who has a role in none today.
    """
    own = my_agencies()
    named = (request.view_args or {}).get("agency_id"), number_or_none(request.args.get("agency"))
    return next((one for one in (*named, session.get(CHOSEN)) if one in own), own[0] if own else None)


def choose(agency_id: int) -> AgencyCard | None:
    """Note which of their agencies the signed-in person works in from now on; None where it is not one of theirs."""
    card = next((card for card in _my_cards() if card.id == agency_id), None)
    if card is not None:
        session[CHOSEN] = card.id
    return card


def agencies_to_choose() -> list[tuple[AgencyCard, bool]]:
    """Return the agencies of somebody who has several, by name, each with whether they work in it now; else none."""
    if not current_user.is_authenticated or len(my_agencies()) < 2:
        return []
    here = working_agency()
    return [(card, card.id == here) for card in _my_cards()]


@contextmanager
def as_staff() -> Iterator[None]:
    """Look at the agency the signed-in person works in, also from a public page, which is about another or none."""
    here = working_agency()
    if here is None or request.endpoint not in current_app.extensions[_PUBLIC]:
        yield
    else:
        with across(db.session(), here):
            yield


def _my_cards() -> list[AgencyCard]:
    return [card for card in places.agency_cards(db.session()) if card.id in my_agencies()]


def _begin(_app: Flask, **_: object) -> None:
    g.scope = Scope()


def _enter() -> None:
    who = _signed_in()
    code = (request.view_args or {}).get("agency")
    if request.endpoint not in current_app.extensions[_PUBLIC]:
        if who is not None:
            _show(working_agency(), who)
    # No code holds a NUL, and PostgreSQL refuses to compare with one.
    elif isinstance(code, str) and "\0" not in code:
        try:
            _show(places.agency_card(db.session(), code).id, who)
        except UnknownAgencyError:
            # The view says so in its own words.
            return


def _signed_in() -> int | None:
    """Return the account of the cookie; asked before an agency is entered, in which its sign-in might not be seen."""
    # Who carries no cookie costs no look into the session, which would keep the page from everybody's cache.
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies or "_user_id" not in session:
        return None
    if not current_user.is_authenticated:
        return None
    account: int = current_user.id
    return account


def _show(agency_id: int | None, user_id: int | None) -> None:
    found = scope()
    if found is not None:
        enter_scope(db.session(), found, agency_id, user_id)


build(db.session, scope)

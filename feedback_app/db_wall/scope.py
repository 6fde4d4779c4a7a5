"""The second wall: PostgreSQL itself shows a web transaction the rows of one agency, whatever the code asks for.

A session behind the wall speaks as the role `suara_web` (row-level security applies to it) and names the agency in the
setting `suara.agency`, both until the end of its transaction. Worker and commands speak as the owner of the tables, for
whom there is no wall. The policies and grants themselves stand in the migrations, written by `statements`.

Source: PostgreSQL documentation, "Row Security Policies" and `set_config`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.orm import Session, SessionTransaction

from feedback_app.db_wall.roles import AGENCIES_OF_ACCOUNT, WEB_ROLE, Lookup

_KEY: Final = "suara_wall"
_ENTER: Final = "SELECT set_config('suara.agency', %s, true), set_config('suara.user', %s, true)"
_BEGIN: Final = f"{_ENTER}, set_config('role', '{WEB_ROLE}', true)"


@dataclass(slots=True)
class Scope:
    """What one web request may see: the rows of an agency (None: of none) and what belongs to one account."""

    agency_id: int | None = None
    user_id: int | None = None

    def settings(self) -> tuple[str, str]:
        """Return agency and account as PostgreSQL keeps settings: as words, empty for none."""
        return _word(self.agency_id), _word(self.user_id)


def _word(number: int | None) -> str:
    return "" if number is None else str(number)


def build(sessions: Any, scope_of: Callable[[], Scope | None]) -> None:
    """Put the sessions of a factory behind the wall wherever `scope_of` gives a scope, once a transaction."""

    @sa.event.listens_for(sessions, "after_begin")
    def begin(session: Session, transaction: SessionTransaction, connection: sa.Connection) -> None:
        if transaction.nested:
            return
        scope = scope_of()
        session.info[_KEY] = scope
        if scope is not None:
            _tell(connection, _BEGIN, scope)


def scope_of(session: Session) -> Scope | None:
    """Return the scope of a session's transaction, None for one in front of no wall."""
    found: Scope | None = session.info.get(_KEY)
    return found


def enter(session: Session, scope: Scope, agency_id: int | None, user_id: int | None = None) -> None:
    """Show the rows of this agency from now on, and no other's; `user_id` None leaves the account as it is.

    Raises
    ------
    RuntimeError
        Within a savepoint, with which the database would go back to the agency before, and the scope would not.
    """
    wanted = (agency_id, scope.user_id if user_id is None else user_id)
    if wanted == (scope.agency_id, scope.user_id):
        return
    if session.in_nested_transaction():
        raise RuntimeError("an agency is entered before a savepoint, not within one")
    scope.agency_id, scope.user_id = wanted
    if session.in_transaction():
        _apply(session)


def enter_by(session: Session, lookup: Lookup, value: bytes | str) -> None:
    """Show the rows of the agency that a code or a key leads to; one that leads nowhere shows none.

    The database tells the agency alone, by a function that only looks up whole hashes: who has no code learns nothing.
    In front of no wall it asks nothing.
    """
    session.connection()
    scope = scope_of(session)
    if scope is not None:
        found = session.scalar(sa.select(getattr(sa.func, lookup.value)(value)))
        enter(session, scope, found)


def agencies_of_account(session: Session, user_id: int, day: date) -> list[int]:
    """Return the agencies in which an account holds a grant on a day, in order of their numbers."""
    return list(session.scalars(sa.select(getattr(sa.func, AGENCIES_OF_ACCOUNT)(user_id, day))))


def across(session: Session, agency_id: int) -> AbstractContextManager[None]:
    """Look into, or write to, one other agency for the length of a block, then come back.

    For what one agency hands to another by law of the platform, such as a referred report, and for an act upon an
    account that is told in each of its agencies; a house test knows by name the few modules that may. In front of no
    wall it changes nothing.
    """
    return _elsewhere(session, agency_id, None)


def whole_account(session: Session, user_id: int) -> AbstractContextManager[None]:
    """Look at the grants of one account in all its agencies, and at nothing else of them, for the length of a block.

    For what holds wherever somebody works: how strictly their sign-ins are kept, which agencies are told. In front of
    no wall it changes nothing.
    """
    return _elsewhere(session, None, user_id)


@contextmanager
def _elsewhere(session: Session, agency_id: int | None, user_id: int | None) -> Iterator[None]:
    session.connection()
    scope = scope_of(session)
    if scope is None:
        yield
        return
    session.flush()
    before = (scope.agency_id, scope.user_id)
    scope.agency_id, scope.user_id = agency_id, user_id or scope.user_id
    _apply(session)
    try:
        yield
        session.flush()
    finally:
        scope.agency_id, scope.user_id = before
        if _is_usable(session):
            _apply(session)


def _apply(session: Session) -> None:
    scope = scope_of(session)
    if scope is not None:
        _tell(session.connection(), _ENTER, scope)


def _tell(connection: sa.Connection, statement: str, scope: Scope) -> None:
    """Send what every transaction begins with by the driver itself, in a third of the time."""
    link: Any = connection.connection.driver_connection
    try:
        link.execute(statement, scope.settings(), prepare=True)
    except psycopg.OperationalError:
        # It fails once more, now in the way that tells the pool and the caller of a connection that broke.
        connection.exec_driver_sql(statement, scope.settings())


def _is_usable(session: Session) -> bool:
    """Tell whether statements may follow: a transaction that met an error takes none before it is rolled back."""
    if not (session.is_active and session.in_transaction()):
        return False
    link: Any = session.connection().connection.driver_connection
    return bool(link.info.transaction_status != TransactionStatus.INERROR)

"""One connection for a test and for the application it asks: between two requests it is the test's, as the owner.

In production each request has a transaction of its own, with which role and agency end. Here all requests of a test
stand in its one transaction, so they are set back by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import g, got_request_exception, request_finished
from psycopg.pq import TransactionStatus
from sqlalchemy.orm import Session, SessionTransaction

from feedback_app.db import db

_BACK = (
    "SELECT set_config('role', 'none', true), set_config('suara.agency', '', true), set_config('suara.user', '', true)"
)


@contextmanager
def owner_between_requests(connection: sa.Connection) -> Iterator[None]:
    """Give the connection back to the owner of the tables after each answer, as long as the block lasts."""

    def back(*_: object, **__: object) -> None:
        link = connection.connection.driver_connection
        # After an error the application's savepoint is undone, and role and agency with it.
        if link is not None and not link.closed and link.info.transaction_status != TransactionStatus.INERROR:
            with link.cursor() as cursor:
                cursor.execute(_BACK)

    def answered(*_: object, **__: object) -> None:
        # A test's client keeps the request after its answer; jobs that the test runs next answer none.
        g.pop("scope", None)
        back()

    def ended(_session: Session, transaction: SessionTransaction) -> None:
        # What a later savepoint of the same request goes back to must be the owner too.
        if transaction.parent is None:
            back()

    signals = (request_finished, got_request_exception)
    for signal in signals:
        signal.connect(answered)
    sa.event.listen(db.session, "after_transaction_end", ended)
    try:
        yield
    finally:
        sa.event.remove(db.session, "after_transaction_end", ended)
        for signal in signals:
            signal.disconnect(answered)

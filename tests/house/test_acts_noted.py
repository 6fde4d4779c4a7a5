"""The watch over every request sees what it should."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask, request_finished, request_started
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, record
from feedback_app.organisation.models import Agency
from tests import factories as make
from tests.acts_noted import QUIET, QUIET_PAGES, ActNotNotedError


def _request(app: Flask, session: Session, act: str | None, *, status: int = 303, back: bool = False) -> None:
    agency = make.agency(session)
    with app.test_request_context("/petugas/akun", method="POST"):
        request_started.send(app, _async_wrapper=None)
        point = session.begin_nested()
        session.execute(sa.update(Agency).where(Agency.id == agency.id).values(name="Kota Lain"))
        if act:
            record(
                session, agency_id=agency.id, actor=SYSTEM, action=act, subject_type="agency", subject_id=agency.id,
                now=make.NOW,
            )  # fmt: skip
        if back:
            point.rollback()
        request_finished.send(app, _async_wrapper=None, response=app.response_class(status=status))


def test_a_request_that_writes_and_notes_nothing_is_found(app: Flask, session: Session) -> None:
    with pytest.raises(ActNotNotedError, match="agencies"):
        _request(app, session, None)


def test_an_act_without_words_is_found(app: Flask, session: Session) -> None:
    with pytest.raises(ActNotNotedError, match="has no words"):
        _request(app, session, "handling.do_something_new")


def test_what_is_noted_refused_or_rolled_back_passes(app: Flask, session: Session) -> None:
    _request(app, session, "organisation.create_agency")
    _request(app, session, None, status=422)
    _request(app, session, None, back=True)


def test_each_exception_has_its_reason_and_is_there(app: Flask) -> None:
    from feedback_app.db import Base

    assert set(QUIET) <= set(Base.metadata.tables)
    assert set(QUIET_PAGES) <= set(app.view_functions)
    assert all((*QUIET.values(), *QUIET_PAGES.values()))

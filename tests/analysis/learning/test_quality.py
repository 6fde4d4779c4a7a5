"""Shares of right answers belong to the version that reads now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.models import ReviewState
from feedback_app.analysis.learning.quality import FEWEST_OF_VERSION, audited, reading_version
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.analysis.learning.makers import read_text, reviewed

EMPTY: dict[str, Any] = dict.fromkeys(("kind", "sentiment", "aspect", "urgency", "abusive"))


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def _audits(session: Session, unit: Unit, version: str, n: int, *, days: int = 0) -> None:
    who, at = make.user(session), make.NOW - timedelta(days=days)
    for _ in range(n):
        reviewed(session, read_text(session, unit, at=at, model_version=version), who, at=at)


def test_the_version_of_the_newest_text_is_the_one_that_reads(session: Session, unit: Unit) -> None:
    assert reading_version(session, [unit.agency_id]) is None
    read_text(session, unit, at=make.NOW, model_version="uji-2")
    read_text(session, unit, at=make.NOW - timedelta(days=1), model_version="uji-1")
    elsewhere = make.unit(session, make.agency(session))
    read_text(session, elsewhere, at=make.NOW + timedelta(days=1), model_version="uji-3")
    assert reading_version(session, [unit.agency_id]) == "uji-2"
    assert reading_version(session, [unit.agency_id, elsewhere.agency_id]) == "uji-3"


def test_audits_of_earlier_versions_join_only_while_there_are_few(session: Session, unit: Unit) -> None:
    _audits(session, unit, "uji-1", 10, days=9)
    _audits(session, unit, "uji-2", FEWEST_OF_VERSION - 1)
    found = audited(session, [unit.agency_id], now=make.NOW)
    assert (len(found.rows), found.version, found.also_earlier) == (FEWEST_OF_VERSION + 9, "uji-2", True)
    _audits(session, unit, "uji-2", 1)
    found = audited(session, [unit.agency_id], now=make.NOW)
    assert (len(found.rows), found.version, found.also_earlier) == (FEWEST_OF_VERSION, "uji-2", False)


def test_few_audits_of_one_version_alone_are_not_called_mixed(session: Session, unit: Unit) -> None:
    _audits(session, unit, "uji-1", 3)
    assert not audited(session, [unit.agency_id], now=make.NOW).also_earlier


def test_audits_that_were_skipped_are_counted_beside_the_others(session: Session, unit: Unit) -> None:
    _audits(session, unit, "uji-1", 2)
    labels = read_text(session, unit, at=make.NOW, model_version="uji-1")
    reviewed(session, labels, make.user(session), at=make.NOW, state=ReviewState.SKIPPED, **EMPTY)
    found = audited(session, [unit.agency_id], now=make.NOW)
    assert (len(found.rows), found.skipped) == (2, 1)

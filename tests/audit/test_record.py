"""What the trail takes: ids, counts and codes; never words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, record, record_platform
from feedback_app.audit.rules import WordsInTrailError, checked_action, checked_detail
from feedback_app.identity.rules import Role
from tests import factories as make


@pytest.mark.parametrize(
    "value",
    [
        "Budi", "jalan rusak", "maria@contoh.id", "a" * 41, "kata\n", "ä", 1.5, {"a": 1}, [["a"]], ["Nama Orang"],
        b"x", 2**60, "0" * 65, "A" * 64,
    ],
)  # fmt: skip
def test_words_are_refused(session: Session, value: object) -> None:
    agency = make.agency(session)
    for write, own in ((record, {"agency_id": agency.id}), (record_platform, {})):
        with pytest.raises(WordsInTrailError) as refused:
            write(session, actor=SYSTEM, action="x.y", subject_type="x", subject_id=1, now=make.NOW, why=value, **own)
        assert str(value) not in str(refused.value)


def test_codes_ids_and_counts_are_taken(session: Session) -> None:
    agency = make.agency(session)
    record(
        session, agency_id=agency.id, actor=SYSTEM, action="x.y", subject_type="x", subject_id=1, now=make.NOW,
        role=Role.UNIT_HEAD, ids=[1, 2], on=date(2026, 5, 12), at=datetime(2026, 5, 12, tzinfo=UTC), is_new=True,
        nothing=None, hash="a" * 64, version="2026.1+abc", before="-",
    )  # fmt: skip
    detail = session.scalars(sa.select(AuditEvent.detail).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert detail == {
        "role": "unit_head", "ids": [1, 2], "on": "2026-05-12", "at": "2026-05-12T00:00:00+00:00", "is_new": True,
        "nothing": None, "hash": "a" * 64, "version": "2026.1+abc", "before": "-",
    }  # fmt: skip


@pytest.mark.parametrize("action", ["x", "x.", ".y", "X.y", "x.y z", "x.y.z", "x." + "y" * 70])
def test_an_action_is_a_room_and_a_verb(action: str) -> None:
    with pytest.raises(WordsInTrailError):
        checked_action(action)


def test_a_detail_has_a_plain_name() -> None:
    with pytest.raises(WordsInTrailError):
        checked_detail({"Nama Orang": 1})

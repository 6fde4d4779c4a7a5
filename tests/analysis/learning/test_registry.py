"""Which model serves, and back to an earlier one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning import registry
from feedback_app.analysis.learning.models import ModelRound, ModelUse, ModelVersion, UseReason
from feedback_app.analysis.learning.serving import ReadsNow, Serving, reads_now
from feedback_app.audit.models import AuditEvent
from feedback_app.errors import ConfigurationError
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest
from tests import factories as make

SHIPPED = {"model_version": "bawaan-1"}


def _refit(session: Session, version: str, *, hours: int = 1) -> None:
    at = make.NOW + timedelta(hours=hours)
    row = ModelRound(started_at=at)
    session.add(row)
    session.flush()
    registry.store_refit(session, version, {"model_version": version}, version.encode(), until=at, now=at)
    registry.promote(session, version, row.id, now=at)


def _serving(session: Session) -> str:
    found = registry.champion(session)
    assert found is not None
    return found.version


def test_the_shipped_model_serves_first_and_is_noted_once(session: Session) -> None:
    assert registry.champion(session) is None
    for _ in range(2):
        registry.register_shipped(session, SHIPPED, now=make.NOW)
    found = registry.champion(session)
    assert found is not None
    assert (found.version, found.body, found.trained_until) == ("bawaan-1", None, None)
    assert len(registry.uses(session)) == 1


def test_a_new_release_brings_its_own_model_where_nothing_was_learnt_yet(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    registry.register_shipped(session, {"model_version": "bawaan-2"}, now=make.NOW)
    assert _serving(session) == "bawaan-2"
    _refit(session, "uji-1")
    registry.register_shipped(session, {"model_version": "bawaan-3"}, now=make.NOW)
    assert _serving(session) == "uji-1"


def test_rolling_back_goes_to_the_model_before_and_stands_in_the_trail_of_every_agency(session: Session) -> None:
    agencies = [make.agency(session).id for _ in range(2)]
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    _refit(session, "uji-2", hours=2)
    who = make.user(session)
    assert registry.roll_back(session, user_id=who.id, now=make.NOW + timedelta(hours=3)) == "uji-1"
    assert _serving(session) == "uji-1"
    newest = registry.uses(session)[0]
    assert (newest.why, newest.by_user) == (UseReason.ROLLED_BACK, who.id)
    query = sa.select(AuditEvent).where(AuditEvent.action == "analysis.rolled_back_model")
    assert {row.agency_id for row in session.scalars(query)} >= set(agencies)


def test_a_named_model_serves_again_also_the_shipped_one(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    assert registry.roll_back(session, "bawaan-1", now=make.NOW) == "bawaan-1"
    with pytest.raises(registry.ModelServesError):
        registry.roll_back(session, "bawaan-1", now=make.NOW)
    with pytest.raises(registry.UnknownModelError):
        registry.roll_back(session, "uji-9", now=make.NOW)


def test_without_an_earlier_model_nothing_can_be_rolled_back(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    with pytest.raises(registry.NoEarlierModelError):
        registry.roll_back(session, now=make.NOW)


def test_after_a_roll_back_only_what_is_said_later_counts_as_new(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    later = make.NOW + timedelta(days=1)
    registry.roll_back(session, now=later)
    found = registry.champion(session)
    assert found is not None
    assert found.unseen_since == later


def test_bytes_of_the_last_models_are_kept_and_those_of_older_ones_go(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    for number in range(registry.BODIES_KEPT + 2):
        _refit(session, f"uji-{number}", hours=number)
    can_serve = {row.version for row in registry.versions(session) if row.can_serve}
    assert can_serve == {"bawaan-1", *(f"uji-{number}" for number in range(2, registry.BODIES_KEPT + 2))}
    with pytest.raises(registry.UnknownModelError):
        registry.roll_back(session, "uji-0", now=make.NOW)


def test_which_model_served_since_when_cannot_be_changed(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    for statement in (sa.update(ModelUse).values(note="x"), sa.delete(ModelUse)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
            session.execute(statement)


class Loads:
    """Readers that are words, and how often one was made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def load(self, folder: Path | None) -> str:
        self.made.append(str(folder or "shipped"))
        return self.made[-1]

    def unpack(self, _manifest: Any, body: bytes) -> str:
        if body == b"rusak":
            raise ConfigurationError("not this one")
        self.made.append(body.decode())
        return self.made[-1]


def test_a_process_loads_a_model_once_and_another_when_it_begins_to_serve(session: Session) -> None:
    loads = Loads()
    serving = Serving(loads.load, loads.unpack)
    assert serving.reader(session) == serving.reader(session) == "shipped"
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    assert serving.reader(session) == serving.reader(session) == "uji-1"
    registry.roll_back(session, now=make.NOW)
    assert serving.reader(session) == "shipped"
    assert loads.made == ["shipped", "uji-1", "shipped"]


def test_a_model_that_cannot_be_used_leaves_the_one_before_reading(session: Session) -> None:
    loads = Loads()
    serving = Serving(loads.load, loads.unpack)
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    assert serving.reader(session) == "uji-1"
    _refit(session, "rusak", hours=2)
    assert serving.reader(session) == "uji-1"
    assert Serving(loads.load, loads.unpack).reader(session) == "shipped"


def test_a_model_that_breaks_the_program_is_refused_once_and_texts_are_read_on(session: Session) -> None:
    tried: list[bytes] = []

    def breaks(_manifest: object, body: bytes) -> str:
        tried.append(body)
        raise KeyError("thresholds")

    loads = Loads()
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    serving = Serving(loads.load, breaks)
    assert [serving.reader(session) for _ in range(3)] == ["shipped"] * 3
    assert tried == [b"uji-1"]
    assert loads.made == ["shipped"]


def test_running_out_of_memory_is_not_the_fault_of_a_model(session: Session) -> None:
    def hungry(_manifest: object, body: bytes) -> str:
        raise MemoryError(len(body))

    loads = Loads()
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    serving = Serving(loads.load, hungry)
    for _ in range(2):
        with pytest.raises(MemoryError):
            serving.reader(session)


def test_a_folder_that_is_set_overrules_what_is_registered(session: Session) -> None:
    loads = Loads()
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    assert Serving(loads.load, loads.unpack, Path("model-sendiri")).reader(session) == "model-sendiri"


def test_the_list_carries_no_bytes(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    row = session.scalars(sa.select(ModelVersion).where(ModelVersion.version == "uji-1")).one()
    session.expire(row)
    assert row.version == "uji-1"
    assert "body" in sa.inspect(row).unloaded


def test_a_release_after_a_roll_back_to_the_shipped_model_keeps_what_was_said_before_from_counting(
    session: Session,
) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    taken_back = make.NOW + timedelta(days=1)
    registry.roll_back(session, "bawaan-1", now=taken_back)
    registry.register_shipped(session, {"model_version": "bawaan-2"}, now=taken_back + timedelta(days=30))
    found = registry.champion(session)
    assert found is not None
    assert (found.version, found.unseen_since) == ("bawaan-2", taken_back)
    _refit(session, "uji-2", hours=24 * 40)
    promoted = registry.champion(session)
    assert promoted is not None
    assert promoted.taken_back_at is None


def test_the_shipped_model_takes_the_place_of_one_that_is_named_and_of_no_other(session: Session) -> None:
    registry.register_shipped(session, SHIPPED, now=make.NOW)
    _refit(session, "uji-1")
    registry.register_shipped(session, SHIPPED, instead_of="uji-0", now=make.NOW)
    assert _serving(session) == "uji-1"
    registry.register_shipped(session, SHIPPED, instead_of="uji-1", now=make.NOW)
    assert _serving(session) == "bawaan-1"
    assert registry.uses(session)[0].why is UseReason.FIRST


def test_what_reads_now_is_told_by_what_this_program_can_open(session: Session) -> None:
    shipped = read_manifest(DEFAULT_ARTEFACT)
    assert reads_now(session, None) == ReadsNow(shipped["model_version"])
    registry.register_shipped(session, shipped, now=make.NOW)
    _refit(session, "uji-1")
    assert reads_now(session, None) == ReadsNow(shipped["model_version"], refused="uji-1")
    # One that was fitted by this program: its manifest is whole and of these words.
    at = make.NOW + timedelta(hours=2)
    row = ModelRound(started_at=at)
    session.add(row)
    session.flush()
    registry.store_refit(session, "uji-2", shipped, b"x", until=None, now=at)
    registry.promote(session, "uji-2", row.id, now=at)
    assert reads_now(session, None) == ReadsNow("uji-2")
    assert reads_now(session, DEFAULT_ARTEFACT) == ReadsNow(shipped["model_version"])
    assert reads_now(session, DEFAULT_ARTEFACT / "tidak-ada") == ReadsNow(None)

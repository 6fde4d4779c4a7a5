"""Two signatures under the figures that were seen, by people who are not rated in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.evaluation.cycles.conflicts import OwnPartError
from feedback_app.evaluation.cycles.freezing import freeze
from feedback_app.evaluation.cycles.rules import CycleMoveError
from feedback_app.evaluation.cycles.signatures import signatures_of
from feedback_app.evaluation.cycles.signing import (
    AlreadySignedError,
    FiguresChangedError,
    NotSignedError,
    sign,
    warnings,
    withdraw_signature,
)
from feedback_app.evaluation.models import Cycle, CycleSignature
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import User
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.records import unlink_account
from tests import factories as make
from tests.evaluation.cycles import steps


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def reviewed(session: Session, agency: Agency) -> Cycle:
    cycle = steps.computed(session, steps.draft(session, agency), make.employee(session, agency))
    return steps.reviewed(session, cycle)


def put_name(session: Session, cycle: Cycle, who: User, seen: str | None = None) -> int:
    return sign(session, cycle, seen_hash=seen or str(cycle.output_hash), actor=person(who.id), now=steps.SIGNED_AT)


def test_the_second_signature_signs_the_cycle(session: Session, reviewed: Cycle) -> None:
    one, other = make.user(session), make.user(session)
    assert put_name(session, reviewed, one) == 1
    assert reviewed.status is CycleStatus.REVIEWED
    assert put_name(session, reviewed, other) == 2
    assert (reviewed.status, reviewed.signed_at) == (CycleStatus.SIGNED, steps.SIGNED_AT)
    assert [row.user_id for row in signatures_of(session, reviewed)] == [one.id, other.id]


def test_one_account_is_one_signature(session: Session, reviewed: Cycle) -> None:
    one = make.user(session)
    put_name(session, reviewed, one)
    with pytest.raises(AlreadySignedError):
        put_name(session, reviewed, one)
    assert reviewed.status is CycleStatus.REVIEWED


def test_figures_that_changed_since_they_were_seen_are_not_signed(session: Session, reviewed: Cycle) -> None:
    with pytest.raises(FiguresChangedError):
        put_name(session, reviewed, make.user(session), seen="0" * 64)


def test_nobody_signs_a_cycle_that_rates_them(session: Session, agency: Agency) -> None:
    account = make.user(session)
    who = make.employee(session, agency, user_id=account.id)
    cycle = steps.reviewed(session, steps.computed(session, steps.draft(session, agency), who))
    with pytest.raises(OwnPartError):
        put_name(session, cycle, account)


def test_cutting_the_own_link_does_not_let_somebody_sign(session: Session, agency: Agency) -> None:
    account = make.user(session)
    who = make.employee(session, agency, user_id=account.id)
    cycle = steps.reviewed(session, steps.computed(session, steps.draft(session, agency), who))
    unlink_account(session, who, actor=person(account.id), now=steps.SIGNED_AT, today=steps.SIGNED_AT.date())
    with pytest.raises(OwnPartError):
        put_name(session, cycle, account)
    row = CycleSignature(
        agency_id=agency.id, cycle_id=cycle.id, user_id=account.id, signed_at=steps.SIGNED_AT,
        input_hash=cycle.input_hash, output_hash=cycle.output_hash,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="about themselves"), session.begin_nested():
        session.add(row)


def test_whose_link_was_cut_before_the_cycle_began_may_sign(session: Session, agency: Agency) -> None:
    account = make.user(session)
    who = make.employee(session, agency, user_id=account.id)
    long_gone = datetime(2025, 12, 1, tzinfo=UTC)
    unlink_account(session, who, actor=SYSTEM, now=long_gone, today=long_gone.date())
    cycle = steps.reviewed(session, steps.computed(session, steps.draft(session, agency), who))
    assert put_name(session, cycle, account) == 1


def test_nobody_signs_before_the_review_nor_a_third_time(session: Session, agency: Agency) -> None:
    cycle = steps.computed(session, steps.draft(session, agency))
    with pytest.raises(CycleMoveError):
        put_name(session, cycle, make.user(session))
    steps.signed(session, steps.reviewed(session, cycle))
    with pytest.raises(CycleMoveError):
        put_name(session, cycle, make.user(session))


def test_the_platform_itself_never_signs(session: Session, reviewed: Cycle) -> None:
    with pytest.raises(OwnPartError):
        sign(session, reviewed, seen_hash=str(reviewed.output_hash), actor=SYSTEM, now=steps.SIGNED_AT)


def test_a_signature_is_withdrawn_by_its_own_hand_and_not_after_freezing(session: Session, reviewed: Cycle) -> None:
    one, other = make.user(session), make.user(session)
    put_name(session, reviewed, one)
    with pytest.raises(NotSignedError):
        withdraw_signature(session, reviewed, actor=person(other.id), now=steps.SIGNED_AT)
    put_name(session, reviewed, other)
    withdraw_signature(session, reviewed, actor=person(one.id), now=steps.SIGNED_AT)
    assert [row.user_id for row in signatures_of(session, reviewed)] == [other.id]
    with pytest.raises(CycleMoveError):
        freeze(session, reviewed, actor=SYSTEM, now=steps.FROZEN_AT)
    put_name(session, reviewed, one)
    freeze(session, reviewed, actor=SYSTEM, now=steps.FROZEN_AT)
    with pytest.raises(NotSignedError):
        withdraw_signature(session, reviewed, actor=person(one.id), now=steps.FROZEN_AT)


def test_a_signer_is_told_what_is_odd(session: Session, agency: Agency) -> None:
    cycle = steps.draft(session, agency)
    steps.score(session, cycle, make.employee(session, agency), is_shadow_notable=True)
    steps.score(session, cycle, make.employee(session, agency), n=0, n_effective=0.0, band="insufficient")
    steps.score(session, cycle, make.employee(session, agency), n=4, n_effective=4.0, band="insufficient",
                is_withheld=True)  # fmt: skip
    found = warnings(session, cycle)
    assert (found.shadow_notable, found.without_evidence, found.withheld) == (1, 1, 1)

"""Small makers of rows, each with only what a test does not care about filled in."""

from __future__ import annotations

import base64
import hmac
import itertools
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.app import derived_key
from feedback_app.handling.clocks.in_force import set_default_clocks
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.identity.grant_models import PlatformOperator
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import GrantSource, Role
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.organisation.models import (
    Agency,
    Assignment,
    Employee,
    PublicService,
    Unit,
    UnitKind,
    UnitVersion,
)
from feedback_app.organisation.people.links import begin_link
from feedback_app.organisation.rules import AssignmentKind

NOW = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
TODAY = date(2026, 5, 12)
LONG_AGO = date(2020, 1, 1)
SECRET = "a-key-for-the-tests-only-0123456789abcdef"
PASSWORD = "kata-sandi-untuk-uji-1"
# A grant is never deleted; one that is ended like this was held on no day.
END_GRANTS = "UPDATE role_grants SET ends_on = starts_on - 1, ended_at = now(), end_reason = 'Untuk pengujian.'"
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_number = itertools.count(1)


@cache
def _password_hash() -> str:
    """The hash of the password as Flask-Security checks it (first keyed, then argon2), at the lowest cost."""
    salt = derived_key(SECRET, "password-salt").hex()
    keyed = base64.b64encode(hmac.new(salt.encode(), PASSWORD.encode(), "sha512").digest())
    return CHEAP_HASHER.hash(keyed)


def agency(session: Session, **values: Any) -> Agency:
    """An agency in Kupang's time zone with the default clocks."""
    number = next(_number)
    row = Agency(
        **{
            "code": f"kota-{number}", "name": f"Pemerintah Kota {number}", "region_code": "53.71",
            "time_zone": "Asia/Makassar", "created_at": NOW, **values,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    set_default_clocks(session, row.id)
    return row


def unit(session: Session, of: Agency, *, parent: Unit | None = None, **values: Any) -> Unit:
    """A unit with one version since long ago."""
    number = next(_number)
    row = Unit(agency_id=of.id, code=values.pop("code", f"unit-{number}"), created_at=NOW)
    session.add(row)
    session.flush()
    session.add(
        UnitVersion(
            agency_id=of.id, unit_id=row.id, parent_id=parent.id if parent else None,
            **{
                "name": f"Dinas {number}", "kind": UnitKind.DEPARTMENT, "address": None, "starts_on": LONG_AGO,
                **values,
            },
        )
    )  # fmt: skip
    session.flush()
    return row


def service(session: Session, of: Unit, **values: Any) -> PublicService:
    """A service of a unit."""
    number = next(_number)
    row = PublicService(
        agency_id=of.agency_id, unit_id=of.id,
        **{
            "code": f"layanan-{number}", "name": f"Layanan {number}", "sector": "civil_registry", "is_active": True,
            **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def employee(session: Session, of: Agency, *, user_id: int | None = None, **values: Any) -> Employee:
    """A civil servant with a valid number; `user_id` is their account since long ago."""
    number = next(_number)
    row = Employee(
        agency_id=of.id,
        **{
            "nip": f"19860926201505{1 + number // 999 % 2}{number % 999 + 1:03d}",
            "name": f"Pegawai {number}", "created_at": NOW, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    if user_id is not None:
        linked(session, row, user_id)
    return row


def linked(session: Session, who: Employee, user_id: int, *, since: datetime | None = None) -> None:
    """Let an account be somebody's since long ago."""
    begin_link(session, who, user_id, by=None, now=since or datetime(2020, 1, 1, tzinfo=UTC))


def assignment(session: Session, who: Employee, of: Unit, **values: Any) -> Assignment:
    """A definitive post since long ago."""
    row = Assignment(
        agency_id=of.agency_id, employee_id=who.id, unit_id=of.id,
        **{
            "service_id": None, "position": "Pelaksana", "is_head": False, "kind": AssignmentKind.DEFINITIVE,
            "share": Decimal(1), "decree_number": "800/1/2020", "starts_on": LONG_AGO, "ends_on": None,
            "recorded_at": NOW, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def user(session: Session, **values: Any) -> User:
    """An account that can sign in with `PASSWORD`."""
    number = next(_number)
    row = User(
        **{
            "email": f"petugas{number}@contoh.go.id", "name": f"Petugas {number}", "password": _password_hash(),
            "active": True, "fs_uniquifier": uuid.uuid4().hex, "created_at": NOW, **values,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def grant(session: Session, who: User, role: Role, of: Agency, over: Unit | None = None, **values: Any) -> RoleGrant:
    """A role since long ago."""
    row = RoleGrant(
        agency_id=of.id, user_id=who.id, role=role, unit_id=over.id if over else None,
        **{
            "starts_on": LONG_AGO, "ends_on": None, "granted_by": None, "created_at": NOW,
            "reason": "Diberikan untuk pengujian.", "source": GrantSource.CLI, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def every_role(session: Session, who: User, of: Agency, *units: Unit | None) -> None:
    """Give an account all roles, which the rules forbid: for tests of what stands in the way besides them."""
    session.flush()
    session.execute(sa.text("ALTER TABLE role_grants DISABLE TRIGGER USER"))
    for role in Role:
        for over in units or (None,):
            grant(session, who, role, of, over)
    session.flush()
    session.execute(sa.text("ALTER TABLE role_grants ENABLE TRIGGER USER"))


def agency_of(session: Session, of: Unit) -> Agency:
    """The agency of a unit."""
    return session.get_one(Agency, of.agency_id)


def operator(session: Session, **values: Any) -> User:
    """An account that runs the platform since long ago, and nothing else."""
    who = user(session, **values)
    session.add(
        PlatformOperator(user_id=who.id, starts_on=LONG_AGO, reason="Menjalankan server untuk pengujian.", given_at=NOW)
    )
    session.flush()
    return who


def submission(session: Session, to: Unit, **values: Any) -> Submission:
    """A rating of 3 through the open channel, pending."""
    row = Submission(
        agency_id=to.agency_id, unit_id=to.id,
        **{
            "kind": SubmissionKind.RATING, "channel": Channel.OPEN, "rating": 3, "occurred_on": TODAY,
            "received_at": NOW, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def labels(session: Session, of: Submission, **values: Any) -> Labels:
    """What a model that does not know reads in a text."""
    row = Labels(
        agency_id=of.agency_id, submission_id=of.id,
        **{
            "redacted_text": of.text, "kind_confidence": 0.3, "sentiment_confidence": 0.3, "aspect_confidence": 0.3,
            "urgency_confidence": 0.3, "urgency_source": "model", "model_version": "test", "labelled_at": NOW,
            **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def case(session: Session, of: Submission, **values: Any) -> Case:
    """The case of a submission, opened now with clocks that end now."""
    row = Case(
        agency_id=of.agency_id, submission_id=of.id,
        **{
            "unit_id": of.unit_id, "classification": Classification.NO_OVERSIGHT, "status": CaseStatus.NEW,
            "opened_at": NOW, "clocks_start_at": NOW, "verify_due_at": NOW, "reply_due_at": NOW, **values,
        },
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row

"""Two agencies with a tree of units, an account for every role at every place, and a case of every kind.

Every case has all that may hang on one: a reply, a note, a proof, a dispute, a publication. Each of its words holds
the canary of its kind, by which a page that tells too much is found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.inbox.search import refresh_words
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus, Classification
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.file_places import files_in
from tests.gates.hung import Hung, hang_everything
from tests.gates.sight import Kind, Place, can_be_held
from tests.gates.things import Things, things_of


@dataclass(frozen=True)
class Holder:
    """An account, and what it ought to be able to do."""

    name: str
    role: Role | None
    place: Place
    user: User


@dataclass
class World:
    """All there is."""

    session: Session
    agency: Agency
    units: dict[Place, Unit]
    other: Agency
    answerer: User
    things: Things
    cases: dict[Kind, Case] = field(default_factory=dict)
    hung: dict[Kind, Hung] = field(default_factory=dict)

    def holder(self, name: str) -> Holder:
        """Make the account of this name, one of `HOLDERS`."""
        role, place, shift = HOLDERS[name]
        who = make.user(self.session)
        if role is not None:
            self._grant(who, role, place, shift)
        return Holder(name, role if shift == 0 else None, place, who)

    def _grant(self, who: User, role: Role, place: Place, shift: int) -> None:
        today = clock.office_day(clock.utcnow())
        dates = {
            0: {},
            -1: {"ends_on": today - timedelta(days=1)},
            1: {"starts_on": today + timedelta(days=1)},
        }[shift]
        agency = self.other if place in {Place.OTHER_UNIT, Place.OTHER_AGENCY} else self.agency
        make.grant(self.session, who, role, agency, self.units.get(place), **dates)


# Name -> role, place, and whether the grant holds today (0), ended yesterday (-1) or begins tomorrow (1).
HOLDERS: dict[str, tuple[Role | None, Place, int]] = {
    **{
        f"{role.value} at {place.name}": (role, place, 0)
        for role in Role
        for place in Place
        if can_be_held(role, place)
    },
    "nobody": (None, Place.OWN, 0),
    "head until yesterday": (Role.UNIT_HEAD, Place.OWN, -1),
    "head from tomorrow": (Role.UNIT_HEAD, Place.OWN, 1),
}


def canary(kind: Kind) -> str:
    """Return a word that stands in everything written about the case of this kind, and nowhere else."""
    return f"burung{kind.name.lower()}"


def new_world(session: Session) -> World:
    """Build it."""
    agency = make.agency(session, name="Pemerintah Kota Kupang")
    above = make.unit(session, agency, name="Dinas di atas")
    own = make.unit(session, agency, parent=above, name="Bidang itu sendiri")
    other = make.agency(session, name="Pemerintah Kota Mataram")
    units = {
        Place.ABOVE: above,
        Place.OWN: own,
        Place.BELOW: make.unit(session, agency, parent=own, name="Seksi di bawah"),
        Place.SIBLING: make.unit(session, agency, parent=above, name="Bidang sebelah"),
        Place.INSPECTORATE: make.unit(session, agency, kind=UnitKind.INSPECTORATE, name="Inspektorat Kota"),
        Place.OTHER_UNIT: make.unit(session, other, name="Dinas di kota lain"),
    }
    make.service(session, own, name="Penerbitan KTP-el")
    answerer = make.user(session, name="Penjawab Lama")
    world = World(session, agency, units, other, answerer, things_of(session, agency, own, by=answerer))
    for kind, case in _cases(world):
        world.cases[kind] = case
        world.hung[kind] = hang_everything(session, case, canary(kind), unit=own, by=world.answerer)
    refresh_words(session, agency.id, [case.id for case in world.cases.values()])
    return world


def _cases(world: World) -> Iterator[tuple[Kind, Case]]:
    now, own = clock.utcnow(), world.units[Place.OWN]
    alleged = {"classification": Classification.OVERSIGHT, "is_confidential": True}
    how: dict[Kind, dict[str, Any]] = {
        Kind.PLAIN: {},
        Kind.INSPECTED: {"inspected_since": now},
        Kind.CONFIDENTIAL: {"is_confidential": True},
        Kind.ALLEGATION: {**alleged, "unit_id": world.units[Place.INSPECTORATE].id},
        Kind.CLEARED: {"is_confidential": True, "unit_id": world.units[Place.INSPECTORATE].id},
        Kind.WAITING: {**alleged, "unit_id": None},
    }
    for kind, values in how.items():
        sent = make.submission(
            world.session, own, kind=SubmissionKind.COMPLAINT, text=f"Loket dua {canary(kind)} menolak berkas saya.",
            rating=None, analysis="done", is_confidential=bool(values.get("is_confidential")),
            received_at=now - timedelta(days=3),
        )  # fmt: skip
        make.labels(
            world.session, sent, kind="complaint", aspect="delay", urgency="high", sentiment="negative",
            integrity=kind is Kind.CLEARED,
        )  # fmt: skip
        yield kind, make.case(world.session, sent, **_called_unsolved(now, world.answerer), **values)


def _called_unsolved(now: datetime, by: User) -> dict[str, object]:
    """Return how a case stands that was answered and is open again: it has the most on its page."""
    then = now - timedelta(days=1)
    return {
        "status": CaseStatus.IN_PROGRESS, "reopened_count": 1, "first_replied_at": then, "verified_at": then,
        "answered_by": by.id, "opened_at": then, "clocks_start_at": then, "verify_due_at": now, "reply_due_at": now,
        "clock": CaseClock.REPLY, "due_at": now,
    }  # fmt: skip


@contextmanager
def standing_world(app: Flask, session: Session, folder: Path) -> Iterator[World]:
    """Build a world whose files lie in a folder of the test."""
    with files_in(app, folder / "files"):
        with app.app_context():
            made = new_world(session)
        session.commit()
        yield made


def token_of(client: FlaskClient, path: str) -> str:
    """Return the token of the forms on a page."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found, path
    return found[1]


def signed_in(app: Flask, who: User) -> FlaskClient:
    """Return a browser of its own in which somebody is signed in."""
    client, form = app.test_client(), {"email": who.email, "password": make.PASSWORD}
    if app.config["WTF_CSRF_ENABLED"]:
        form["csrf_token"] = token_of(client, "/masuk")
    assert client.post("/masuk", data=form).status_code == 302
    return client

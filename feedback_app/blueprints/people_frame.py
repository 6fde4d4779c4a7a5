"""What the pages of people and posts share: whose agency it is, which of its units, and the moment of the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import my_permissions, today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.intake.first_feedback import office_moment
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people import queries
from feedback_app.organisation.people.changes import may_approve
from feedback_app.organisation.people.post_rules import OfficeMoment
from feedback_app.organisation.queries import ServiceCard, UnknownAgencyError, UnknownUnitError
from feedback_app.organisation.within_reach import ReachedUnit, services_within_reach

bp = staff_blueprint("people")


@dataclass(frozen=True)
class Here:
    """The agency a page is about, as the signed-in person may look after it."""

    agency: Agency
    agencies: Sequence[Agency]
    at: OfficeMoment
    units: list[ReachedUnit]
    is_whole: bool

    @property
    def services(self) -> dict[tuple[int, int], list[ServiceCard]]:
        """Return the services of the units, by agency and unit."""
        return services_within_reach(db.session(), current_user.id, Permission.MANAGE_PEOPLE, today())

    @property
    def unit_names(self) -> dict[int, str]:
        """Return the names of the units by id."""
        return {unit.id: unit.name for unit in self.units}

    def unit(self, unit_id: int | None) -> ReachedUnit:
        """Return one of the units.

        Raises
        ------
        feedback_app.organisation.queries.UnknownUnitError
        """
        for unit in self.units:
            if unit.id == unit_id:
                return unit
        raise UnknownUnitError("Unit layanan itu tidak ditemukan. Pilih dari daftar unit.")


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def asked_agency(*permissions: Permission) -> Here | None:
    """Return the agency that `instansi` in the address names, the first one where it names none.

    None where the account looks after no agency: the page then says so.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
        Another agency was named.
    """
    found = _agencies(permissions or (Permission.MANAGE_PEOPLE,))
    asked = number_or_none(request.values.get("instansi"))
    if not found:
        return None
    return here(asked if asked is not None else found[0].id, *permissions)


def here(agency_id: int, *permissions: Permission) -> Here:
    """Return an agency in which the signed-in person has one of the permissions somewhere, or looks after people.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    session, day = db.session(), today()
    agencies = _agencies(permissions or (Permission.MANAGE_PEOPLE,))
    agency = next((one for one in agencies if one.id == agency_id), None)
    if agency is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    return Here(
        agency, agencies, office_moment(session, agency, clock.utcnow()),
        queries.units_looked_after(session, current_user.id, agency.id, day),
        queries.looks_after_all(session, current_user.id, agency.id, day),
    )  # fmt: skip


def page(template: str, place: Here | None, current: str, **shown: Any) -> str:
    """Return a page of people and posts; without an agency, the one that says why it is empty."""
    if place is None:
        return render_template("people/nothing.html", current=current, here=None)
    return render_template(template, here=place, agency=place.agency, current=current, **shown)


def decides(place: Here) -> bool:
    """Tell whether the signed-in person decides on changes of the past."""
    if Permission.APPROVE_PEOPLE not in my_permissions():
        return False
    return may_approve(db.session(), place.agency.id, current_user.id, today())


def _agencies(permissions: Sequence[Permission]) -> list[Agency]:
    session, day = db.session(), today()
    found = {
        agency.id: agency
        for permission in permissions
        for agency in queries.agencies_looked_after(session, current_user.id, permission, day)
    }
    return sorted(found.values(), key=lambda agency: agency.name)

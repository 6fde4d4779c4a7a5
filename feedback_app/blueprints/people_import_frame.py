"""What the pages of imports of people share: the blueprint, whose agency it is, one import and its names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_security import current_user

from feedback_app import clock
from feedback_app.audit.operations import Actor, person
from feedback_app.blueprints.access import today
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.people_import_words import PlaceNames, place_names
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.identity.rules import Permission
from feedback_app.intake.first_feedback import office_moment
from feedback_app.organisation.models import Agency
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.queries import import_for
from feedback_app.organisation.people.imports.standing import directory
from feedback_app.organisation.people.models import PeopleImport
from feedback_app.organisation.people.post_rules import OfficeMoment
from feedback_app.organisation.queries import UnknownAgencyError
from feedback_app.organisation.whole_agencies import whole_agencies

bp = staff_blueprint("people_import")


def me() -> Actor:
    """Return the signed-in person as the one who acts."""
    return person(current_user.id)


def agencies_here() -> Sequence[Agency]:
    """Return the agencies all of whose people the signed-in person looks after; a list of one unit is no list."""
    return whole_agencies(db.session(), current_user.id, Permission.MANAGE_PEOPLE, today())


def chosen_agency(agencies: Sequence[Agency], raw: str | None) -> Agency | None:
    """Return the agency named, the first where none is, None where there is none at all.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
        Another one is named.
    """
    if not raw:
        return agencies[0] if agencies else None
    wanted = number_or_none(raw)
    found = next((one for one in agencies if one.id == wanted), None)
    if found is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    return found


def here_of(agency: Agency | None) -> dict[str, Any] | None:
    """Return what the menu of people's pages asks for: the agency, and those there are to choose from."""
    return {"agency": agency, "agencies": agencies_here()} if agency else None


def managed(import_id: int) -> PeopleImport:
    """Return an import that the signed-in person may work on.

    Raises
    ------
    feedback_app.organisation.people.imports.queries.UnknownImportError
    """
    return import_for(db.session(), current_user.id, import_id, today(), Permission.MANAGE_PEOPLE)


def readable(import_id: int) -> PeopleImport:
    """Return an import that the signed-in person works on, or agrees to.

    Raises
    ------
    feedback_app.organisation.people.imports.queries.UnknownImportError
    """
    return import_for(
        db.session(), current_user.id, import_id, today(), Permission.MANAGE_PEOPLE, Permission.APPROVE_PEOPLE
    )


def moment_of(made: PeopleImport) -> OfficeMoment:
    """Return the present moment at the agency of an import."""
    return office_moment(db.session(), db.session().get_one(Agency, made.agency_id), clock.utcnow())


def names_in(made: PeopleImport) -> PlaceNames:
    """Return the names of the places that an import speaks of."""
    choices = read_choices(made.mapping)
    return place_names(directory(db.session(), made.agency_id, choices.chosen), choices)

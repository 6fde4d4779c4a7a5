"""What the pages of an operator share: the agency they look at for a moment, and the glass that is broken.

An operator belongs to no agency, so the wall shows them none; each page enters the one it is about by name, and closes
it again (`db_wall`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from flask import g
from flask_security import current_user

from feedback_app import clock
from feedback_app.blueprints.access import my_permissions, today
from feedback_app.blueprints.staff_frame import staff_blueprint
from feedback_app.db import db
from feedback_app.db_wall.scope import across
from feedback_app.handling.break_glass.queries import open_now
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnknownAgencyError

bp = staff_blueprint("platform")


@dataclass(frozen=True)
class OpenGlass:
    """Glass that is broken at this moment, with the agency it opens."""

    opening: BreakGlass
    agency: Agency


def agencies() -> Sequence[Agency]:
    """Return every agency of the installation by name."""
    return db.session.scalars(sa.select(Agency).order_by(Agency.name)).all()


@contextmanager
def looking_at(agency_id: int) -> Iterator[Agency]:
    """Look at one agency for the length of a block.

    Raises
    ------
    feedback_app.organisation.queries.UnknownAgencyError
    """
    agency = db.session.get(Agency, agency_id)
    if agency is None:
        raise UnknownAgencyError("Pemerintah daerah itu tidak ada di sini. Periksa kembali alamat halamannya.")
    with across(db.session(), agency_id):
        yield agency


def my_openings() -> list[OpenGlass]:
    """Return the glass that the signed-in operator has broken and that is open now, read once a request."""
    if not current_user.is_authenticated or Permission.OPERATE_PLATFORM not in my_permissions():
        return []
    if "openings" not in g:
        g.openings = list(_open())
    found: list[OpenGlass] = g.openings
    return found


def _open() -> Iterator[OpenGlass]:
    now, day = clock.utcnow(), today()
    for agency in agencies():
        with across(db.session(), agency.id):
            for opening in open_now(db.session(), agency.id, current_user.id, now=now, today=day):
                yield OpenGlass(opening, agency)

"""A unit that is surveyed at present, and how a respondent's browser fills in its questionnaire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.organisation.models import Agency, PublicService, Unit
from feedback_app.survey.models import Period, Response
from feedback_app.survey.queries import questionnaire_for
from tests import factories as make
from tests.survey import makers

MONTH = timedelta(days=30)


def today() -> date:
    """The day it is at the agencies of the factories."""
    return clock.office_day(clock.utcnow())


@dataclass
class Surveyed:
    """A unit, and the period that is open."""

    session: Session
    agency: Agency
    unit: Unit
    period: Period

    @property
    def address(self) -> str:
        return f"/skm/{self.agency.code}/{self.unit.code}"

    def filled(self, **values: str) -> dict[str, str]:
        """What a browser sends of a questionnaire in which everything is answered with 3, but for `values`."""
        return self.filled_for(None, **values)

    def filled_for(self, service: PublicService | None, **values: str) -> dict[str, str]:
        """The same about one service."""
        asked = questionnaire_for(self.session, self.period, self.unit.id, service.id if service else None)
        return {
            **{f"q-{question.key}": "3" for question in asked.inside},
            "periode": self.period.code, "layanan": service.code if service else "-", **values,
        }  # fmt: skip

    def stored(self) -> list[Response]:
        """What is stored of the period, freshly read."""
        self.session.expire_all()
        return list(self.session.scalars(sa.select(Response).where(Response.period_id == self.period.id)))

    def token(self, app: Flask, unit: Unit | None = None, **values: Any) -> str:
        """A code as a counter hands it out."""
        [token] = issue_visit_tokens(
            self.session, agency_id=self.agency.id, unit_id=(unit or self.unit).id, count=1, issued_by=None,
            **{
                "service_id": None, "visited_on": today(), "key": app.config["TRACKING_KEY"],
                "now": datetime.now(UTC), **values,
            },
        )  # fmt: skip
        self.session.commit()
        return token


def surveyed(session: Session, *, services: int = 0, **values: Any) -> Surveyed:
    """A unit in an open period; with services it is surveyed by service."""
    agency = make.agency(session, name="Pemerintah Kota Kupang")
    unit = make.unit(session, agency, name="Dinas Kependudukan")
    return surveyed_in(session, agency, unit, services=services, **values)


def surveyed_in(session: Session, agency: Agency, unit: Unit, *, services: int = 0, **values: Any) -> Surveyed:
    """The same of a unit that is there already."""
    given = [make.service(session, unit, name=f"Layanan {number}") for number in range(services)]
    places: list[Unit | PublicService] = [*given] or [unit]
    dates = {"starts_on": today() - MONTH, "ends_on": today() + MONTH}
    period = makers.open_period(session, agency, places, **{**dates, **values})
    session.commit()
    return Surveyed(session, agency, unit, period)


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]

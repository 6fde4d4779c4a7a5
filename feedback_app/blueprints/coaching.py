"""What the coach says about a report before it is sent; it reads the form and stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from feedback_app.blueprints import places
from feedback_app.blueprints.examiner import examiner_of
from feedback_app.blueprints.forms.report import REPORT_KINDS, ReportForm
from feedback_app.blueprints.places import Place
from feedback_app.blueprints.text_reader import text_reader
from feedback_app.handling.handing_on.past_the_unit import alleges
from feedback_app.handling.publication.open_publications import OpenPublication, open_publications
from feedback_app.intake.rules import KINDS_WITH_CASE, SubmissionKind
from feedback_app.nlp.coach import (
    OUTDOOR_SECTORS,
    FoundData,
    Missing,
    missing_facts,
    named_persons,
    personal_data,
)
from feedback_app.nlp.duplicates.similarity import alike
from feedback_app.nlp.reading import Reading
from feedback_app.nlp.routing.router import Destination, shipped_router
from feedback_app.organisation.queries import unit_by_id
from feedback_app.organisation.reception import sectors_by_unit


@dataclass(frozen=True, slots=True)
class Advice:
    """What there is to say; `overseer` names who reads an allegation, None where the agency has nobody yet."""

    chosen_kind: str | None
    likely_kind: SubmissionKind | None
    missing: tuple[Missing, ...]
    data: tuple[FoundData, ...]
    names: tuple[str, ...]
    is_allegation: bool
    overseer: str | None
    units: tuple[Place, ...]
    similar: tuple[OpenPublication, ...]

    @property
    def differs(self) -> bool:
        """Tell whether the text reads like another kind than the one chosen."""
        return bool(self.chosen_kind and self.likely_kind and self.likely_kind.value != self.chosen_kind)

    @property
    def asks_for_kind(self) -> bool:
        """Tell whether the sender has not said what it is."""
        return not self.chosen_kind

    @property
    def has_findings(self) -> bool:
        """Tell whether there is anything to show: a question for the kind alone has no words of its own."""
        return bool(
            self.suggests_kind or self.missing or self.data or self.names or self.is_allegation
            or self.units or self.similar
        )  # fmt: skip

    @property
    def suggests_kind(self) -> bool:
        """Tell whether the text reads like a kind that the sender has not chosen."""
        return self.likely_kind is not None and (self.asks_for_kind or self.differs)

    @property
    def is_worth_a_stop(self) -> bool:
        """Tell whether somebody should see it before the report goes.

        A day left at today may well be right, and another word for the kind changes little, so neither stops anybody
        alone. Only a complaint sent as praise, which nobody would answer, does.
        """
        unanswered = self.differs and self.chosen_kind not in KINDS_WITH_CASE and self.likely_kind in KINDS_WITH_CASE
        facts = any(fact is not Missing.WHEN for fact in self.missing)
        return bool(
            self.asks_for_kind or unanswered or facts or self.data or self.names or self.is_allegation
            or self.units or self.similar
        )  # fmt: skip


def advise(session: Session, form: ReportForm) -> Advice:
    """Return what the coach says about a form whose fields hold."""
    text = form.whole_text
    reading = _read(text)
    likely = _likely_kind(reading)
    chosen = form.kind.data if form.kind.data in REPORT_KINDS else None
    found = alleges(text, reading)
    # Where nobody knows the kind, what a complaint needs is asked for: it is the kind that fails without.
    kind = SubmissionKind(chosen) if chosen else likely or SubmissionKind.COMPLAINT
    return Advice(
        chosen_kind=chosen,
        likely_kind=likely,
        missing=_missing(form, kind),
        data=personal_data(form.boxes),
        # Praise may name whom it praises.
        names=() if kind is SubmissionKind.PRAISE else named_persons(form.boxes),
        is_allegation=found,
        overseer=_overseer(session, form) if found else None,
        units=likely_units(session, form.place, form.units or (), text) if form.unit_is_unknown else (),
        # Who alleges something is led to nobody else's report: joining it would show them to the unit.
        similar=() if found else _similar(session, form),
    )


def is_allegation(text: str) -> bool:
    """Tell whether a text about to be stored alleges levy or abuse of an office, as the drain will."""
    return alleges(text, _read(text))


def likely_units(session: Session, of: Place, units: Sequence[Place], text: str) -> tuple[Place, ...]:
    """Return up to three of the units that a text may be meant for."""
    sectors = sectors_by_unit(session, of.agency.id)
    known = {place.unit.code: place for place in units}
    destinations = [
        Destination(
            code, place.unit.name, tuple(service.name for service in place.services),
            sectors.get(place.unit.id, frozenset()), place.unit.parent_id is None,
        )
        for code, place in known.items()
    ]  # fmt: skip
    return tuple(known[code] for code in shipped_router().rank(text, destinations))


def _read(text: str) -> Reading | None:
    reader = text_reader()
    return reader.read(text) if reader and text else None


def _likely_kind(reading: Reading | None) -> SubmissionKind | None:
    value = reading.kind.value if reading else None
    return SubmissionKind(value) if value in {kind.value for kind in REPORT_KINDS} else None


def _missing(form: ReportForm, kind: SubmissionKind) -> tuple[Missing, ...]:
    happened = form.happened.data or ""
    indoors = form.units is None and shipped_router().sector(form.whole_text) not in OUTDOOR_SECTORS
    return missing_facts(
        f"{happened}\n{form.expected.data or ''}",
        kind=kind.value,
        # The page proposes today, so only another day is surely the sender's own.
        has_when=form.occurred_on.data not in {None, form.place.agency.today()},
        has_where=bool(form.where.data) or indoors,
    )


def _overseer(session: Session, form: ReportForm) -> str | None:
    found = examiner_of(session, form.place.agency, None if form.unit_is_unknown else form.destination.unit.id)
    return found.name if found else None


def _similar(session: Session, form: ReportForm) -> tuple[OpenPublication, ...]:
    agency = form.place.agency
    unit_id = None if form.unit_is_unknown else form.destination.unit.id
    found = {row.id: row for row in open_publications(session, agency.id, unit_id=unit_id, day=agency.today())}
    keys = alike(form.whole_text, ((key, row.text) for key, row in found.items()))
    return tuple(found[key] for key in keys)


def unknown_unit_place(session: Session, agency_code: str, reception_id: int) -> Place:
    """Return where a report without a unit stands: the reception unit, none of whose services it is about."""
    card = places.agency_card(session, agency_code)
    return Place(card, unit_by_id(session, card.id, reception_id, card.today()), ())

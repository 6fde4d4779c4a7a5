"""The form of a rating."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, ValidationError

from feedback_app.blueprints.carried import CarriedVisit
from feedback_app.blueprints.forms.public import PlaceForm, check_length
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.places import Place
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import (
    RATING_MAX,
    RATING_MIN,
    TEXT_MAX,
    TEXT_MIN,
    SubmissionKind,
    clean_text,
    reasons_for,
)

RATINGS: Final = tuple(str(rating) for rating in range(RATING_MIN, RATING_MAX + 1))


class RateForm(PlaceForm):
    """How was the service? One tap, then reasons, then words."""

    rating = StringField(validators=[AnyOf(RATINGS, message=_("Pilih dahulu nilai Anda untuk layanan ini."))])
    reasons = SelectMultipleField(validate_choice=False)
    text = TextAreaField(filters=[clean_text])
    wants_reply = BooleanField()

    def validate_reasons(self, field: SelectMultipleField) -> None:
        """Refuse reasons that belong to the other half of the scale."""
        if not field.data or self.rating.data not in RATINGS:
            return
        if not set(field.data) <= set(reasons_for(int(self.rating.data))):
            raise ValidationError(
                gettext("Alasan yang dipilih tidak sesuai dengan nilai Anda. Pilih dari kelompok yang sesuai.")
            )

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length; a reply needs something to reply to."""
        check_length(field.data, least=TEXT_MIN if self.wants_reply.data else 0)

    def to_draft(self, visit: CarriedVisit | None) -> Draft:
        """Return the rating; a proven visit brings its own service and day."""
        return _draft(
            self.place, visit, rating=int(self.rating.data or 0), reasons=self.reasons.data or (),
            service_id=self.chosen_service, text=self.text.data, wants_reply=bool(self.wants_reply.data),
        )  # fmt: skip


def plain_rating(sent: MultiDict[str, str], place: Place, visit: CarriedVisit | None) -> Draft | None:
    """Return a rating about which the form has nothing to say; None leaves the word to the form.

    Building and checking the form takes half as long as storing the rating, and this is the hottest request there is.
    """
    rating, reasons = sent.get("rating", ""), sent.getlist("reasons")
    if rating not in RATINGS or not set(reasons) <= set(reasons_for(int(rating))):
        return None
    text, wants_reply = clean_text(sent.get("text")), sent.get("wants_reply", "") not in BooleanField.false_values
    if len(text or "") > TEXT_MAX or (wants_reply and len(text or "") < TEXT_MIN):
        return None
    chosen = sent.get("service_id", "")
    service = place.service(number_or_none(chosen)) if chosen else None
    if chosen and service is None:
        return None
    return _draft(
        place, visit, rating=int(rating), reasons=reasons, service_id=service.id if service else None, text=text,
        wants_reply=wants_reply,
    )  # fmt: skip


def _draft(
    place: Place, visit: CarriedVisit | None, *, rating: int, reasons: Iterable[str], service_id: int | None,
    text: str | None, wants_reply: bool,
) -> Draft:  # fmt: skip
    return Draft(
        agency_id=place.agency.id,
        unit_id=place.unit.id,
        kind=SubmissionKind.RATING,
        occurred_on=visit.visited_on if visit else place.agency.today(),
        service_id=visit.service_id if visit and visit.service_id else service_id,
        rating=rating,
        reasons=tuple(dict.fromkeys(reasons)),
        text=text,
        wants_reply=wants_reply or None,
        visit_token=visit.token if visit else None,
    )

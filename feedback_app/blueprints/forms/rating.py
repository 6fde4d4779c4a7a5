"""The form of a rating."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import AnyOf, ValidationError

from feedback_app.blueprints.carried import CarriedVisit
from feedback_app.blueprints.forms.public import PlaceForm, check_length
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import RATING_MAX, RATING_MIN, TEXT_MIN, SubmissionKind, clean_text, reasons_for

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
        return Draft(
            agency_id=self.place.agency.id,
            unit_id=self.place.unit.id,
            kind=SubmissionKind.RATING,
            occurred_on=visit.visited_on if visit else self.place.agency.today(),
            service_id=visit.service_id if visit and visit.service_id else self.chosen_service,
            rating=int(self.rating.data or 0),
            reasons=tuple(dict.fromkeys(self.reasons.data or ())),
            text=self.text.data,
            wants_reply=bool(self.wants_reply.data) or None,
            visit_token=visit.token if visit else None,
        )

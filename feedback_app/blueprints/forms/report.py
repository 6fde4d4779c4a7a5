"""The report: what happened, what should be, when, where, and who may read it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import ValidationError

from feedback_app.blueprints.forms.public import DayField, PlaceForm, check_length
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.places import Place
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import (
    KINDS_WITH_CASE,
    OCCURRED_YEARS_BACK,
    TEXT_MIN,
    SubmissionKind,
    clean_text,
    earliest_day,
)
from feedback_app.nlp.coach import mask

REPORT_KINDS: Final = (
    SubmissionKind.COMPLAINT,
    SubmissionKind.ASPIRATION,
    SubmissionKind.INFORMATION_REQUEST,
    SubmissionKind.PRAISE,
)
WHERE_MAX: Final = 200


class ReportForm(PlaceForm):
    """What happened, what should be, when, where, and who may read it.

    `units` are those among which somebody chooses who did not know the unit at first; None where the unit is known.
    """

    kind = RadioField(
        _("Apa yang ingin Anda sampaikan?"),
        choices=[SelectChoice(kind.value, label(kind)) for kind in REPORT_KINDS],
        validate_choice=False,
    )
    happened = TextAreaField(_("Apa yang terjadi?"), filters=[clean_text])
    expected = TextAreaField(_("Apa yang Anda harapkan?"), filters=[clean_text])
    occurred_on = DayField(_("Kapan terjadi?"))
    where = StringField(_("Di mana terjadi?"), filters=[clean_text])
    is_anonymous = BooleanField(_("Anonim"))
    is_confidential = BooleanField(_("Rahasia"))
    # Ticked by the script beside the box above, so that its tick goes when its reason goes; a draft keeps it as well.
    confidential_by_coach = BooleanField()
    unit = HiddenField()
    # Differs from page to page, so that the same page sent twice is known again.
    once = HiddenField()
    # Says that the sender has seen what the coach had to say about these very words.
    reviewed = HiddenField()

    def __init__(self, place: Place, units: Sequence[Place] | None = None, **kwargs: Any) -> None:
        self.units = units
        super().__init__(place, **kwargs)
        self.once.data = self.once.data or secrets.token_urlsafe(9)
        unknown = gettext("Tidak tahu atau lainnya")
        self.service_id.choices = [
            SelectChoice("", unknown),
            *(SelectChoice(str(service.id), service.name) for service in place.services),
        ]

    def validate_kind(self, field: RadioField) -> None:
        """Ask for the kind, but leave who has not chosen one to the suggestion of the review page."""
        if field.data not in REPORT_KINDS and (field.data or self.reviewed.data):
            raise ValidationError(gettext("Pilih jenis laporan Anda."))

    def validate_unit(self, field: HiddenField) -> None:
        """Refuse a unit that the agency does not have."""
        if field.data and self.units is not None and self.chosen_unit is None:
            raise ValidationError(gettext("Pilih unit dari daftar."))

    def validate_happened(self, field: TextAreaField) -> None:
        """Ask for enough to act on, and hold the length of everything that is stored as one text."""
        needs_words = not self.kind.data or self.kind.data in KINDS_WITH_CASE
        check_length(field.data, least=TEXT_MIN if needs_words else 1)
        check_length(self.whole_text)

    def validate_where(self, field: StringField) -> None:
        """Hold the length of the place."""
        check_length(field.data, most=WHERE_MAX)

    def validate_occurred_on(self, field: DayField) -> None:
        """Refuse a day that has not come yet, and one so long gone that it must be a typing error."""
        today = self.place.agency.today()
        if field.data and field.data > today:
            raise ValidationError(gettext("Tanggal kejadian tidak boleh di masa depan."))
        if field.data and field.data < earliest_day(today):
            raise ValidationError(
                gettext(
                    "Tanggal kejadian paling lama %(years)d tahun yang lalu. Periksa tahunnya.",
                    years=OCCURRED_YEARS_BACK,
                )
            )

    @property
    def wishes_confidence(self) -> bool:
        """Tell whether the sender, and not the coach, ticked the box."""
        return bool(self.is_confidential.data) and not self.confidential_by_coach.data

    @property
    def boxes(self) -> list[str]:
        """Return the texts as they were typed, box by box."""
        return [box.data for box in self._text_boxes() if box.data]

    @property
    def whole_text(self) -> str:
        """Return the three boxes as the one text that is stored, in Bahasa Indonesia whatever the page's language."""
        titled = [("Yang diharapkan:", self.expected.data), ("Tempat:", self.where.data)]
        parts = [self.happened.data, *(f"{title}\n{text}" for title, text in titled if text)]
        return "\n\n".join(part for part in parts if part)

    @property
    def chosen_unit(self) -> Place | None:
        """Return the unit picked by somebody who did not know it at first."""
        return next((place for place in self.units or () if place.unit.code == self.unit.data), None)

    @property
    def unit_is_unknown(self) -> bool:
        """Tell whether the sender named no unit, neither at first nor from the list."""
        return self.units is not None and self.chosen_unit is None

    @property
    def destination(self) -> Place:
        """Return the unit that gets the report first."""
        return self.chosen_unit or self.place

    def mask(self, *, names: bool) -> None:
        """Put tags in place of the personal data in the boxes, or else of the names."""
        for box in self._text_boxes():
            if box.data:
                box.data = mask(box.data, names=names)

    def to_draft(self, *, alleges: bool = False) -> Draft:
        """Return the report; an allegation is confidential whatever the box says."""
        destination = self.destination
        return Draft(
            agency_id=destination.agency.id,
            unit_id=destination.unit.id,
            kind=SubmissionKind(self.kind.data),
            occurred_on=self.occurred_on.data or destination.agency.today(),
            service_id=self.chosen_service,
            text=self.whole_text,
            is_anonymous=bool(self.is_anonymous.data),
            is_confidential=bool(self.is_confidential.data) or alleges,
            unit_is_unknown=self.unit_is_unknown,
        )

    def _text_boxes(self) -> tuple[TextAreaField, TextAreaField, StringField]:
        return self.happened, self.expected, self.where

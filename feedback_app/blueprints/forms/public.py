"""The forms of citizens: a rating, and a report."""

from __future__ import annotations

import secrets
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import AnyOf, ValidationError

from feedback_app.blueprints.carried import CarriedVisit
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.places import Place
from feedback_app.intake.operations import Draft
from feedback_app.intake.rules import (
    KINDS_WITH_CASE,
    OCCURRED_YEARS_BACK,
    RATING_MAX,
    RATING_MIN,
    TEXT_MAX,
    TEXT_MIN,
    SubmissionKind,
    clean_text,
    earliest_day,
    reasons_for,
)

REPORT_KINDS: Final = (
    SubmissionKind.COMPLAINT,
    SubmissionKind.ASPIRATION,
    SubmissionKind.INFORMATION_REQUEST,
    SubmissionKind.PRAISE,
)
WHERE_MAX: Final = 200
_RATINGS: Final = tuple(str(rating) for rating in range(RATING_MIN, RATING_MAX + 1))


class DayField(DateField):
    """A day, as a calendar control sends it or as people type it: 2026-05-12, 12-5-2026, 12/5/2026."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; the message says how to write one."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Tulis tanggal kejadian seperti 12-5-2026.")) from error


class PlaceForm(FlaskForm):  # type: ignore[misc]
    """A form about one unit; the service, where chosen, is one of the unit's own."""

    class Meta:
        """`CSRFProtect` has checked the token of every POST before a view runs; a second check costs 0.1 ms."""

        csrf = False

    service_id = SelectField(_("Layanan apa?"), validate_choice=False)

    def __init__(self, place: Place, **kwargs: Any) -> None:
        self.place = place
        super().__init__(**kwargs)

    def validate_service_id(self, field: SelectField) -> None:
        """Refuse a service of another unit."""
        if field.data and self.chosen_service is None:
            raise ValidationError(gettext("Layanan itu tidak diberikan oleh unit ini. Pilih dari daftar."))

    @property
    def chosen_service(self) -> int | None:
        """Return the id of the service, or None where none of this unit was chosen."""
        service = self.place.service(number_or_none(self.service_id.data))
        return service.id if service else None


class RateForm(PlaceForm):
    """How was the service? One tap, then reasons, then words."""

    rating = StringField(validators=[AnyOf(_RATINGS, message=_("Pilih dahulu nilai Anda untuk layanan ini."))])
    reasons = SelectMultipleField(validate_choice=False)
    text = TextAreaField(filters=[clean_text])
    wants_reply = BooleanField()

    def validate_reasons(self, field: SelectMultipleField) -> None:
        """Refuse reasons that belong to the other half of the scale."""
        if not field.data or self.rating.data not in _RATINGS:
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


class ReportForm(PlaceForm):
    """What happened, what should be, when, where, and who may read it."""

    kind = RadioField(
        _("Apa yang ingin Anda sampaikan?"),
        choices=[SelectChoice(kind.value, label(kind)) for kind in REPORT_KINDS],
        validate_choice=False,
        validators=[AnyOf(REPORT_KINDS, message=_("Pilih jenis laporan Anda."))],
    )
    happened = TextAreaField(_("Apa yang terjadi?"), filters=[clean_text])
    expected = TextAreaField(_("Apa yang Anda harapkan?"), filters=[clean_text])
    occurred_on = DayField(_("Kapan terjadi?"))
    where = StringField(_("Di mana terjadi?"), filters=[clean_text])
    is_anonymous = BooleanField(_("Anonim"))
    is_confidential = BooleanField(_("Rahasia"))
    # Differs from page to page, so that the same page sent twice is known again.
    once = HiddenField()

    def __init__(self, place: Place, **kwargs: Any) -> None:
        super().__init__(place, **kwargs)
        self.once.data = self.once.data or secrets.token_urlsafe(9)
        unknown = gettext("Tidak tahu atau lainnya")
        self.service_id.choices = [
            SelectChoice("", unknown),
            *(SelectChoice(str(service.id), service.name) for service in place.services),
        ]

    def validate_happened(self, field: TextAreaField) -> None:
        """Ask for enough to act on, and hold the length of everything that is stored as one text."""
        check_length(field.data, least=TEXT_MIN if self.kind.data in KINDS_WITH_CASE else 1)
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
    def whole_text(self) -> str:
        """Return the three boxes as the one text that is stored, in Bahasa Indonesia whatever the page's language."""
        titled = [("Yang diharapkan:", self.expected.data), ("Tempat:", self.where.data)]
        parts = [self.happened.data, *(f"{title}\n{text}" for title, text in titled if text)]
        return "\n\n".join(part for part in parts if part)

    def to_draft(self) -> Draft:
        """Return the report."""
        return Draft(
            agency_id=self.place.agency.id,
            unit_id=self.place.unit.id,
            kind=SubmissionKind(self.kind.data),
            occurred_on=self.occurred_on.data or self.place.agency.today(),
            service_id=self.chosen_service,
            text=self.whole_text,
            is_anonymous=bool(self.is_anonymous.data),
            is_confidential=bool(self.is_confidential.data),
        )


def check_length(text: str | None, *, least: int = 0, most: int = TEXT_MAX) -> None:
    """Refuse a text that is too short or too long; the message says by how much."""
    length = len(text or "")
    if least == 1 and not length:
        raise ValidationError(gettext("Tulis pesan Anda."))
    if length < least:
        raise ValidationError(
            gettext("Ceritakan dengan paling sedikit %(least)d huruf agar dapat ditindaklanjuti.", least=least)
        )
    if length > most:
        raise ValidationError(
            gettext("Tulisan Anda %(length)d huruf; paling banyak %(most)d huruf.", length=length, most=most)
        )

"""What the forms of citizens share: a day, a place, and the length of a text."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    SelectField,
)
from wtforms.validators import ValidationError

from feedback_app.blueprints.numbers import number_or_none
from feedback_app.blueprints.places import Place
from feedback_app.intake.rules import (
    TEXT_MAX,
)


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

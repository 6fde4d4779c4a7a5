"""The forms of staff: an answer to a citizen, visit tokens for a counter, a new evaluation cycle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, ValidationError

from feedback_app.blueprints.forms.public import DayField
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.evaluation.rules import CycleKind
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import UnitCard

CYCLE_NAME_MAX: Final = 80


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A form of staff."""

    class Meta:
        """`CSRFProtect` has checked the token of every POST before a view runs."""

        csrf = False


class PlainDayField(DayField):
    """A day of staff's own, such as that of a visit or the first of a cycle."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; the message says how to write one."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(gettext("Tulis tanggal seperti 12-5-2026.")) from error


def take_from(field: SelectField, known: Collection[str], refusal: str) -> None:
    """Refuse what is not among the known; where there is one only, nobody need name it.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    if not field.data and len(known) == 1:
        field.data = next(iter(known))
    if field.data not in known:
        raise ValidationError(refusal)


def hold_length(field: StringField | TextAreaField, sentence: str, least: int, most: int) -> None:
    """Hold the length of a field; the sentence says what to write, with `least`, `most` and `length` in it.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    length = len(field.data or "")
    if not least <= length <= most:
        raise ValidationError(sentence % {"least": least, "most": most, "length": length})


class ReplyForm(StaffForm):
    """An answer, and the version of the case that its author had in front of them."""

    text = TextAreaField(_("Tanggapan untuk pelapor"), filters=[clean_text])
    version = HiddenField()

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of an answer; the message says by how much."""
        sentence = gettext("Tanggapan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.")
        hold_length(field, sentence, REPLY_MIN, REPLY_MAX)

    @property
    def seen_version(self) -> int | None:
        """Return the version of the case on the author's page, or None where the form did not say."""
        return number_or_none(self.version.data)


@dataclass(frozen=True, slots=True)
class CycleWanted:
    """The cycle that a valid form asks for."""

    agency_id: int
    name: str
    kind: CycleKind
    starts_on: date
    ends_on: date


class CycleForm(StaffForm):
    """A new evaluation cycle."""

    agency_id = SelectField(_("Instansi"), validate_choice=False)
    name = StringField(_("Nama siklus"), filters=[clean_text])
    kind = SelectField(
        _("Jenis"), validate_choice=False, choices=[SelectChoice(kind.value, label(kind)) for kind in CycleKind]
    )
    starts_on = PlainDayField(_("Tanggal mulai"), validators=[InputRequired(_("Isi tanggal mulai."))])
    ends_on = PlainDayField(_("Tanggal akhir"), validators=[InputRequired(_("Isi tanggal akhir."))])

    def __init__(self, agencies: Sequence[Agency], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.agencies = {str(agency.id): agency.name for agency in agencies}
        self.agency_id.choices = [SelectChoice(key, name) for key, name in self.agencies.items()]

    def validate_agency_id(self, field: SelectField) -> None:
        """Refuse an agency out of reach; who evaluates in one agency only need not name it."""
        take_from(field, self.agencies, gettext("Pilih instansi dari daftar."))

    def validate_kind(self, field: SelectField) -> None:
        """Refuse a kind that does not exist."""
        if field.data not in set(CycleKind):
            raise ValidationError(gettext("Pilih jenis siklus dari daftar."))

    def validate_name(self, field: StringField) -> None:
        """Ask for a name that fits a heading."""
        if not 1 <= len(field.data or "") <= CYCLE_NAME_MAX:
            raise ValidationError(gettext("Beri nama siklus, paling banyak %(most)d huruf.", most=CYCLE_NAME_MAX))

    def validate_ends_on(self, field: PlainDayField) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(gettext("Tanggal akhir harus sama dengan atau sesudah tanggal mulai."))

    def wanted(self) -> CycleWanted:
        """Return what a form asks for that `validate` has passed."""
        name, starts_on, ends_on = self.name.data, self.starts_on.data, self.ends_on.data
        assert name is not None  # noqa: S101 - `validate` has refused what is missing
        assert starts_on is not None  # noqa: S101
        assert ends_on is not None  # noqa: S101
        return CycleWanted(int(self.agency_id.data), name, CycleKind(self.kind.data), starts_on, ends_on)


class UnitOrAgencyForm(StaffForm):
    """Something for the whole agency or one of its units."""

    unit_id = SelectField(_("Berlaku untuk"), validate_choice=False)

    def __init__(self, units: Sequence[UnitCard], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._units = {str(unit.id): unit for unit in units}
        whole = SelectChoice("", gettext("Seluruh instansi"))
        self.unit_id.choices = [whole, *(SelectChoice(key, unit.name) for key, unit in self._units.items())]

    def validate_unit_id(self, field: SelectField) -> None:
        """Refuse a unit the agency does not have."""
        if field.data and field.data not in self._units:
            raise ValidationError(gettext("Pilih unit dari daftar."))

    @property
    def chosen_unit(self) -> int | None:
        """Return the unit of a valid form, None for the whole agency."""
        return number_or_none(self.unit_id.data)

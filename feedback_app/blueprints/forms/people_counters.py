"""The forms of counters, pasted rosters and declared levels."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired

from feedback_app.blueprints.forms.counter import UnitForm
from feedback_app.blueprints.forms.people import hold_line, hold_reason
from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, UnitOrAgencyForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.people.rules import AttributionLevel

PASTED_MAX = 200_000


class CounterForm(UnitForm):
    """A new counter."""

    code = StringField(_("Kode loket"), filters=[clean_text])
    name = StringField(_("Nama loket"), filters=[clean_text])

    def validate_code(self, field: StringField) -> None:
        """Ask for a code."""
        hold_line(field, 60)

    def validate_name(self, field: StringField) -> None:
        """Ask for a name."""
        hold_line(field, 80)


class ChangedCounterForm(StaffForm):
    """Another name for a counter, closed or open."""

    name = StringField(_("Nama loket"), filters=[clean_text])
    is_active = BooleanField(_("Loket dipakai"))

    def validate_name(self, field: StringField) -> None:
        """Ask for a name."""
        hold_line(field, 80)


class PastedRosterForm(StaffForm):
    """A roster as rows of text."""

    rows = TextAreaField(_("Baris jadwal"))
    reason = TextAreaField(_("Alasan, bila hari yang sudah lewat ikut berubah"), filters=[clean_text])

    def validate_rows(self, field: TextAreaField) -> None:
        """Ask for rows."""
        hold_length(field, gettext("Tempel baris jadwal, paling banyak %(most)d huruf."), 1, PASTED_MAX)


class LevelForm(UnitOrAgencyForm):
    """The level down to which ratings are laid, from a day on."""

    level = SelectField(_("Tingkat"), choices=[SelectChoice(level.value, label(level)) for level in AttributionLevel])
    starts_on = PlainDayField(_("Mulai berlaku"), validators=[InputRequired(_("Isi tanggal mulai berlaku."))])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask why."""
        hold_reason(field)

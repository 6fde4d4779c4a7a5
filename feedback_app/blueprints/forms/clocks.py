"""The forms of whoever manages the clocks of an agency: a free day, hours of work, a rule."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TimeField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, UnitOrAgencyForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.handling.clocks.sla import SlaRule
from feedback_app.handling.clocks.sla_editing import DAYS_MAX, SOURCE_MAX, SOURCE_MIN
from feedback_app.handling.rules import Classification
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.calendar import NAME_MAX, NAME_MIN


class HolidayForm(StaffForm):
    """A day on which an agency does not work."""

    on_date = PlainDayField(_("Tanggal"), validators=[InputRequired(_("Isi tanggalnya."))])
    name = StringField(_("Nama hari libur"), filters=[clean_text])
    source = StringField(_("Dasar penetapan"), filters=[clean_text])

    def validate_name(self, field: StringField) -> None:
        """Ask for a name that fits a list."""
        _hold(field, NAME_MIN, NAME_MAX)

    def validate_source(self, field: StringField) -> None:
        """Ask for what the day rests on."""
        _hold(field, NAME_MIN, NAME_MAX)

    @property
    def day(self) -> date:
        """Return the day of a valid form."""
        found: date = self.on_date.data  # type: ignore[assignment]
        return found


class HoursForm(UnitOrAgencyForm):
    """Weekdays and hours from a day on."""

    starts_on = PlainDayField(_("Mulai berlaku"), validators=[InputRequired(_("Isi tanggal mulai berlaku."))])
    # The template writes the names of the weekdays beside the numbers (0 = Monday).
    workdays = SelectMultipleField(
        _("Hari kerja"), coerce=int, choices=[SelectChoice(number, str(number)) for number in range(7)]
    )
    opens = TimeField(_("Jam buka"), validators=[InputRequired(_("Isi jam buka, misalnya 07:30."))])
    closes = TimeField(_("Jam tutup"), validators=[InputRequired(_("Isi jam tutup, misalnya 16:00."))])

    def validate_workdays(self, field: SelectMultipleField) -> None:
        """Ask for at least one day."""
        if not field.data:
            raise ValidationError(gettext("Pilih paling sedikit satu hari kerja."))

    def validate_closes(self, field: TimeField) -> None:
        """Refuse an office that closes before it opens."""
        if field.data and self.opens.data and field.data <= self.opens.data:
            raise ValidationError(gettext("Jam tutup harus sesudah jam buka."))


_FEW_DAYS = NumberRange(1, DAYS_MAX, _("Isi banyaknya hari dengan angka 1 sampai %(most)d.", most=DAYS_MAX))


def _days(words: Any) -> IntegerField:
    return IntegerField(words, validators=[InputRequired(_("Isi banyaknya hari.")), _FEW_DAYS])


def _days_or_none(words: Any) -> IntegerField:
    return IntegerField(words, validators=[Optional(), _FEW_DAYS])


class RuleForm(UnitOrAgencyForm):
    """The clocks of one classification from a day on."""

    classification = SelectField(
        _("Jenis laporan"), choices=[SelectChoice(one.value, label(one)) for one in Classification]
    )
    effective_from = PlainDayField(_("Mulai berlaku"), validators=[InputRequired(_("Isi tanggal mulai berlaku."))])
    verify_working_days = _days(_("Verifikasi (hari kerja)"))
    reply_working_days = _days(_("Tanggapan pertama (hari kerja)"))
    resolve_working_days = _days_or_none(_("Penyelesaian (hari kerja)"))
    close_after_silence_working_days = _days(_("Ditutup bila pelapor diam (hari kerja)"))
    complete_days = _days(_("Waktu pelapor melengkapi (hari kalender)"))
    extension_working_days = _days_or_none(_("Perpanjangan satu kali (hari kerja)"))
    objection_working_days = _days_or_none(_("Tanggapan setelah dibuka lagi (hari kerja)"))
    source = StringField(_("Dasar aturan"), filters=[clean_text])

    def validate_resolve_working_days(self, field: IntegerField) -> None:
        """Refuse a settlement before the reply to it."""
        if field.data and self.reply_working_days.data and field.data < self.reply_working_days.data:
            raise ValidationError(
                gettext("Tenggat penyelesaian tidak boleh lebih pendek daripada tenggat tanggapan pertama.")
            )

    def validate_source(self, field: StringField) -> None:
        """Ask for what the rule rests on."""
        _hold(field, SOURCE_MIN, SOURCE_MAX)

    def wanted(self) -> SlaRule:
        """Return the rule of a valid form."""
        values = {name: field.data for name, field in self._fields.items() if name.endswith("_days")}
        starts_on = self.effective_from.data
        assert starts_on is not None  # noqa: S101 - `validate` has refused what is missing
        kind, source = Classification(self.classification.data), self.source.data or ""
        return SlaRule(kind, starts_on, self.chosen_unit, **values, source=source)


def _hold(field: StringField, least: int, most: int) -> None:
    hold_length(field, gettext("Tulis %(least)d sampai %(most)d huruf."), least, most)

"""The forms of whoever manages personal data: a time of keeping, a breach and its steps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import DateTimeLocalField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.blueprints.privacy_words import KINDS
from feedback_app.blueprints.sentences import translated
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.queries import UnitCard
from feedback_app.privacy.breaches.operations import RECEIPT_MAX, Written
from feedback_app.privacy.breaches.rules import WORDS_MAX, WORDS_MIN
from feedback_app.privacy.data_map.categories import TITLE_SENTENCES
from feedback_app.privacy.retention.rules import BASIS_MAX, BASIS_MIN, DEFAULTS, LONGEST_DAYS, RetentionKind


class RetentionForm(StaffForm):
    """For how many days something is kept, from which day on, on which ground."""

    kind = SelectField(_("Data"), choices=[SelectChoice(kind.value, KINDS[kind]) for kind in RetentionKind])
    days = IntegerField(_("Lama simpan dalam hari"), validators=[InputRequired(_("Isi banyaknya hari dengan angka."))])
    starts_on = PlainDayField(_("Mulai berlaku"), validators=[InputRequired(_("Isi tanggal mulai berlaku."))])
    basis = StringField(_("Dasar"), filters=[clean_text])

    def validate_days(self, field: IntegerField) -> None:
        """Hold the fewest days the work needs."""
        least = DEFAULTS[RetentionKind(self.kind.data)].least_days if self.kind.data in set(RetentionKind) else 1
        if field.data is not None and not least <= field.data <= LONGEST_DAYS:
            raise ValidationError(
                gettext("Lama simpan %(least)d sampai %(most)d hari.", least=least, most=LONGEST_DAYS)
            )

    def validate_basis(self, field: StringField) -> None:
        """Ask for the ground."""
        _hold(field, BASIS_MIN, BASIS_MAX)

    @property
    def first_day(self) -> date:
        """Return the day of a valid form."""
        found: date = self.starts_on.data  # type: ignore[assignment]
        return found


def _hold(field: StringField | TextAreaField, least: int, most: int) -> None:
    hold_length(field, gettext("Tulis %(least)d sampai %(most)d huruf; sekarang %(length)d huruf."), least, most)


_DAY = [InputRequired(_("Isi tanggalnya."))]


class BreachForm(StaffForm):
    """What the law wants told of a breach, in the order somebody finds it out."""

    found_at = DateTimeLocalField(
        _("Kapan diketahui?"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[InputRequired(_("Isi tanggal dan jam diketahui."))],
    )  # fmt: skip
    categories = SelectMultipleField(_("Data apa yang terkena?"))
    happened_from = PlainDayField(_("Terjadi mulai"), validators=_DAY)
    happened_until = PlainDayField(_("Terjadi sampai"), validators=_DAY)
    reached_from = PlainDayField(_("Kiriman yang diterima mulai"), validators=_DAY)
    reached_until = PlainDayField(_("Kiriman yang diterima sampai"), validators=_DAY)
    unit_id = SelectField(_("Unit"), validate_choice=True)
    estimate = IntegerField(_("Taksiran banyaknya orang"), validators=[Optional(), NumberRange(min=0)])
    how = TextAreaField(_("Bagaimana terjadinya?"), filters=[clean_text])
    remedies = TextAreaField(_("Apa yang sudah dan akan dilakukan?"), filters=[clean_text])
    advice = TextAreaField(_("Apa yang sebaiknya dilakukan warga?"), filters=[clean_text])
    ask_whom = TextAreaField(_("Kepada siapa warga bertanya?"), filters=[clean_text])

    def __init__(self, units: list[UnitCard], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories.choices = [SelectChoice(key, translated(title)) for key, title in TITLE_SENTENCES.items()]
        self.unit_id.choices = [
            SelectChoice("", gettext("Seluruh instansi")), *(SelectChoice(str(unit.id), unit.name) for unit in units)
        ]  # fmt: skip

    def validate_categories(self, field: SelectMultipleField) -> None:
        """Ask for at least one kind of data."""
        if not field.data:
            raise ValidationError(gettext("Pilih paling sedikit satu jenis data yang terkena."))

    def validate_how(self, field: TextAreaField) -> None:
        """Hold the length."""
        _hold(field, WORDS_MIN, WORDS_MAX)

    validate_remedies = validate_advice = validate_ask_whom = validate_how

    def written(self, time_zone: str) -> Written:
        """Return what a valid form says; the moment is read by the clock of the agency."""
        local: datetime = self.found_at.data  # type: ignore[assignment]
        data = self.data
        return Written(
            found_at=local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC), categories=list(data["categories"]),
            happened_from=data["happened_from"], happened_until=data["happened_until"],
            reached_from=data["reached_from"], reached_until=data["reached_until"],
            unit_id=int(data["unit_id"]) if data["unit_id"] else None, estimate=data["estimate"],
            how=data["how"], remedies=data["remedies"], advice=data["advice"], ask_whom=data["ask_whom"],
        )  # fmt: skip


class AuthorityForm(StaffForm):
    """When the authority was told in writing, and under which receipt."""

    told_at = DateTimeLocalField(
        _("Kapan lembaga diberi tahu?"), format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[InputRequired(_("Isi tanggal dan jamnya."))],
    )  # fmt: skip
    receipt = StringField(_("Nomor surat atau tanda terima"), filters=[clean_text])

    def validate_receipt(self, field: StringField) -> None:
        """Ask for the receipt."""
        _hold(field, 1, RECEIPT_MAX)

    def moment(self, time_zone: str) -> datetime:
        """Return the moment of a valid form."""
        local: datetime = self.told_at.data  # type: ignore[assignment]
        return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC)


class EndingForm(StaffForm):
    """What was learnt from a breach, or why it was none."""

    ending = TextAreaField(_("Hasil dan pelajarannya"), filters=[clean_text])

    def validate_ending(self, field: TextAreaField) -> None:
        """Hold the length."""
        _hold(field, WORDS_MIN, WORDS_MAX)

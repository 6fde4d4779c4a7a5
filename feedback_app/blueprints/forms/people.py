"""The forms of personnel about people and posts; those of counters and levels are in `people_counters`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, Optional, ValidationError

from feedback_app.blueprints.formats import number
from feedback_app.blueprints.forms.counter import UnitForm
from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm, hold_length
from feedback_app.blueprints.labels import label
from feedback_app.intake.rules import clean_text
from feedback_app.organisation.people.changes import REASON_MAX, REASON_MIN
from feedback_app.organisation.people.post_edits import DECREE_MAX, POSITION_MAX
from feedback_app.organisation.people.post_rules import PostFields
from feedback_app.organisation.people.records import NAME_MAX, RANK_MAX
from feedback_app.organisation.queries import ServiceCard
from feedback_app.organisation.rules import AssignmentKind
from feedback_app.organisation.within_reach import ReachedUnit


def hold_reason(field: TextAreaField) -> None:
    """Ask for a reason.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    hold_length(field, gettext("Tulis alasannya, %(least)d sampai %(most)d huruf."), REASON_MIN, REASON_MAX)


def hold_line(field: StringField, most: int) -> None:
    """Ask for a line that fits.

    Raises
    ------
    wtforms.validators.ValidationError
    """
    sentence = gettext(
        "Isi %(field)s, paling banyak %(most)s huruf.", field=_in_a_sentence(field), most=number(most, 0)
    )
    hold_length(field, sentence, 1, most)


def _in_a_sentence(field: StringField) -> str:
    label = str(field.label.text)
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


class RecordForm(StaffForm):
    """Name and rank of a civil servant."""

    name = StringField(_("Nama lengkap dengan gelar"), filters=[clean_text])
    rank = StringField(_("Pangkat dan golongan"), filters=[clean_text])

    def validate_name(self, field: StringField) -> None:
        """Ask for a name."""
        hold_line(field, NAME_MAX)

    def validate_rank(self, field: StringField) -> None:
        """Hold the length."""
        hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, RANK_MAX)


class ChangedRecordForm(RecordForm):
    """The same, with the last day in service."""

    left_on = PlainDayField(_("Hari terakhir bertugas di instansi ini"), validators=[Optional()])


class AccountForm(StaffForm):
    """The account that is a civil servant's."""

    email = StringField(_("Surel akun"), filters=[clean_text])

    def validate_email(self, field: StringField) -> None:
        """Ask for an address."""
        if "@" not in (field.data or ""):
            raise ValidationError(gettext("Tulis surel akun yang sudah ada, misalnya nama@kupangkota.go.id."))


class PostForm(UnitForm):
    """A post, or what is right about one."""

    position = StringField(_("Nama jabatan"), filters=[clean_text])
    kind = SelectField(
        _("Jenis penugasan"), choices=[SelectChoice(kind.value, label(kind)) for kind in AssignmentKind],
        default=AssignmentKind.DEFINITIVE.value,
    )  # fmt: skip
    is_head = BooleanField(_("Memimpin unit ini"))
    share = StringField(_("Bagian tanggung jawab (persen)"), default="100", filters=[clean_text])
    decree_number = StringField(_("Nomor surat keputusan atau surat perintah"), filters=[clean_text])
    starts_on = PlainDayField(_("Hari pertama"), validators=[InputRequired(_("Isi hari pertama jabatan."))])
    ends_on = PlainDayField(_("Hari terakhir"), validators=[Optional()])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def __init__(
        self, units: Sequence[ReachedUnit], services: Mapping[tuple[int, int], Sequence[ServiceCard]], now: datetime,
        *, must_say_why: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(units, services, now, **kwargs)
        self.must_say_why = must_say_why

    def validate_position(self, field: StringField) -> None:
        """Ask for a title."""
        hold_line(field, POSITION_MAX)

    def validate_decree_number(self, field: StringField) -> None:
        """Ask for the decree that the post rests on."""
        hold_line(field, DECREE_MAX)

    def validate_share(self, field: StringField) -> None:
        """Ask for a part of the work in percent."""
        part = percent(field.data)
        if part is None or not 0 <= part <= 1:
            raise ValidationError(gettext("Isi bagian tanggung jawab dari 0 sampai 100 persen, misalnya 50."))

    def validate_ends_on(self, field: PlainDayField) -> None:
        """Refuse an end before the beginning."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(gettext("Hari terakhir harus sama dengan atau sesudah hari pertama."))

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask why what was recorded is not right."""
        if self.must_say_why or field.data:
            hold_reason(field)

    def wanted(self, employee_id: int) -> PostFields:
        """Return the post of a valid form."""
        starts_on: date = self.starts_on.data  # type: ignore[assignment]
        kind = AssignmentKind(self.kind.data)
        acts = kind in {AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT}
        service = self.service
        return PostFields(
            employee_id=employee_id, unit_id=self.chosen_unit.id, service_id=service.id if service else None,
            position=self.position.data or "", kind=kind, is_head=acts or bool(self.is_head.data),
            share=percent(self.share.data) or Decimal(0), decree_number=self.decree_number.data or "",
            starts_on=starts_on, ends_on=self.ends_on.data,
        )  # fmt: skip


class NewPersonForm(PostForm):
    """A civil servant who is not in the list yet, with the first post if it is known."""

    nip = StringField(_("NIP atau NI PPPK"), filters=[clean_text])
    name = StringField(_("Nama lengkap dengan gelar"), filters=[clean_text])
    rank = StringField(_("Pangkat dan golongan"), filters=[clean_text])
    has_post = BooleanField(_("Catat juga jabatan pertamanya"), default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.has_post.data:
            self.starts_on.validators = []

    def validate_name(self, field: StringField) -> None:
        """Ask for a name."""
        hold_line(field, NAME_MAX)

    def validate_rank(self, field: StringField) -> None:
        """Hold the length."""
        hold_length(field, gettext("Tulis paling banyak %(most)d huruf."), 0, RANK_MAX)

    def validate_nip(self, field: StringField) -> None:
        """Ask for the number; what is wrong with one is said by who reads it."""
        if not field.data:
            raise ValidationError(gettext("Isi NIP atau NI PPPK, 18 angka."))

    def validate_unit_id(self, field: SelectField) -> None:
        """Ask for a unit where there is a post."""
        if self.has_post.data:
            super().validate_unit_id(field)

    def validate_position(self, field: StringField) -> None:
        """Ask for a title where there is a post."""
        if self.has_post.data:
            super().validate_position(field)

    def validate_decree_number(self, field: StringField) -> None:
        """Ask for the decree where there is a post."""
        if self.has_post.data:
            super().validate_decree_number(field)


class EndForm(StaffForm):
    """The last day of a post."""

    last_day = PlainDayField(_("Hari terakhir"), validators=[InputRequired(_("Isi hari terakhir jabatan."))])
    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask why."""
        hold_reason(field)


class ReasonForm(StaffForm):
    """Why something is done."""

    reason = TextAreaField(_("Alasan"), filters=[clean_text])

    def validate_reason(self, field: TextAreaField) -> None:
        """Ask why."""
        hold_reason(field)


class PlacesForm(ReasonForm):
    """Two people who change places."""

    other_id = SelectField(_("Bertukar dengan"), validate_choice=False)
    first_day = PlainDayField(_("Mulai tanggal"), validators=[InputRequired(_("Isi tanggal mulai bertukar."))])
    decree_number = StringField(_("Nomor surat keputusan atau surat perintah"), filters=[clean_text])

    def __init__(self, others: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._others = others
        self.other_id.choices = [
            SelectChoice("", gettext("Pilih pegawai")), *(SelectChoice(key, name) for key, name in others.items())
        ]  # fmt: skip

    def validate_other_id(self, field: SelectField) -> None:
        """Refuse a post out of reach."""
        if field.data not in self._others:
            raise ValidationError(gettext("Pilih pegawai dari daftar."))

    def validate_decree_number(self, field: StringField) -> None:
        """Ask for the decree that both rest on."""
        hold_line(field, DECREE_MAX)


def percent(raw: str | None) -> Decimal | None:
    """Return a part of 1 from a percentage such as `62,5` or `62,5 %`, or None where it is none.

    >>> percent("62,5 %")
    Decimal('0.625')
    """
    text = (raw or "").strip().removesuffix("%").strip().replace(",", ".")
    try:
        part = Decimal(text)
    except InvalidOperation:
        return None
    return part / 100 if part.is_finite() else None

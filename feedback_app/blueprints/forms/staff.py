"""The forms of staff: an answer to a citizen, visit tokens for a counter, a new evaluation cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, NumberRange, ValidationError

from feedback_app.blueprints.forms.public import DayField
from feedback_app.blueprints.labels import label
from feedback_app.blueprints.numbers import number_or_none
from feedback_app.evaluation.models import CycleKind
from feedback_app.handling.models import REPLY_MAX, REPLY_MIN
from feedback_app.intake.rules import VISIT_DAYS_BACK, clean_text
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import ServiceCard
from feedback_app.organisation.within_reach import ReachedUnit

TOKENS_MAX: Final = 50
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


class ReplyForm(StaffForm):
    """An answer, and the version of the case that its author had in front of them."""

    text = TextAreaField(_("Tanggapan untuk pelapor"), filters=[clean_text])
    version = HiddenField()

    def validate_text(self, field: TextAreaField) -> None:
        """Hold the length of an answer; the message says by how much."""
        length = len(field.data or "")
        if not REPLY_MIN <= length <= REPLY_MAX:
            raise ValidationError(
                gettext(
                    "Tanggapan harus %(least)d sampai %(most)d huruf; ini %(length)d huruf.",
                    least=REPLY_MIN, most=REPLY_MAX, length=length,
                )
            )  # fmt: skip

    @property
    def seen_version(self) -> int | None:
        """Return the version of the case on the author's page, or None where the form did not say."""
        return number_or_none(self.version.data)


@dataclass(frozen=True, slots=True)
class TokensWanted:
    """What a valid form asks for; without a service the tokens serve the whole unit."""

    unit: ReachedUnit
    service: ServiceCard | None
    visited_on: date
    count: int


class TokensForm(StaffForm):
    """For which unit, service and day, and how many."""

    unit_id = SelectField(_("Unit"), validate_choice=False)
    service_id = SelectField(_("Layanan"), validate_choice=False)
    visited_on = PlainDayField(_("Tanggal kunjungan"), validators=[InputRequired(_("Isi tanggal kunjungan."))])
    count = IntegerField(
        _("Banyaknya"),
        default=10,
        validators=[
            InputRequired(_("Isi banyaknya token dengan angka, paling banyak 50.")),
            NumberRange(1, TOKENS_MAX, _("Isi banyaknya token dari 1 sampai 50.")),
        ],
    )

    def __init__(
        self,
        units: Sequence[ReachedUnit],
        services: Mapping[tuple[int, int], Sequence[ServiceCard]],
        now: datetime,
        **kwargs: Any,
    ) -> None:
        self.now = now
        self._units = {str(unit.id): unit for unit in units}
        self._services = {str(card.id): card for cards in services.values() for card in cards}
        super().__init__(data={"visited_on": self._local_day(units[0]) if units else now.date()}, **kwargs)
        self._units_of_services = {str(c.id): str(unit_id) for (_, unit_id), cards in services.items() for c in cards}
        nothing = [SelectChoice("", gettext("Pilih unit, atau pilih layanannya saja"))] if len(units) > 1 else []
        self.unit_id.choices = [*nothing, *(SelectChoice(key, unit.name) for key, unit in self._units.items())]
        # Without a script the list cannot follow the unit chosen, so it shows whose service each one is.
        self.service_id.choices = [
            SelectChoice("", gettext("Semua layanan unit ini")),
            *(
                SelectChoice(str(card.id), card.name, optgroup=unit.name)
                for unit in units
                for card in services.get((unit.agency_id, unit.id), ())
            ),
        ]

    def validate_unit_id(self, _field: SelectField) -> None:
        """Refuse a unit out of reach."""
        if self.unit is None:
            raise ValidationError(gettext("Pilih unit dari daftar."))

    def validate_service_id(self, field: SelectField) -> None:
        """Refuse a service of another unit."""
        if field.data and self.unit is not None and self.service is None:
            raise ValidationError(
                gettext("Layanan itu tidak diberikan oleh %(unit)s. Pilih layanan unit ini.", unit=self.unit.name)
            )

    def validate_visited_on(self, field: PlainDayField) -> None:
        """Refuse days to come and days too long gone."""
        if field.data is None or self.unit is None:
            return
        last_day = self._local_day(self.unit)
        if not last_day - timedelta(days=VISIT_DAYS_BACK) <= field.data <= last_day:
            raise ValidationError(
                gettext("Pilih hari ini atau paling lama %(days)d hari yang lalu.", days=VISIT_DAYS_BACK)
            )

    @property
    def unit(self) -> ReachedUnit | None:
        """Return the unit chosen, or else that of the service chosen, if it lies within reach."""
        chosen = self.unit_id.data or self._units_of_services.get(self.service_id.data or "", "")
        return self._units.get(chosen)

    @property
    def service(self) -> ServiceCard | None:
        """Return the service chosen, if it is one of the unit's."""
        card, unit = self._services.get(self.service_id.data or ""), self.unit
        return card if card and unit and card.unit_id == unit.id else None

    def wanted(self) -> TokensWanted:
        """Return what a form asks for that `validate` has passed."""
        unit, visited_on, count = self.unit, self.visited_on.data, self.count.data
        assert unit is not None  # noqa: S101 - `validate` has refused what is missing
        assert visited_on is not None  # noqa: S101
        assert count is not None  # noqa: S101
        return TokensWanted(unit, self.service, visited_on, count)

    def _local_day(self, unit: ReachedUnit) -> date:
        return self.now.astimezone(ZoneInfo(unit.time_zone)).date()


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
        if not field.data and len(self.agencies) == 1:
            field.data = next(iter(self.agencies))
        if field.data not in self.agencies:
            raise ValidationError(gettext("Pilih instansi dari daftar."))

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

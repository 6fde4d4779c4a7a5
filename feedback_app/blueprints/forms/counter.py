"""The forms of a counter: tokens to print, visits counted, keys of its machine, codes for its wall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs
from wtforms.validators import InputRequired, NumberRange, ValidationError

from feedback_app.blueprints.forms.staff import PlainDayField, StaffForm
from feedback_app.intake.counter_keys import KEY_NAME_MAX, TOKENS_A_DAY, TOKENS_A_DAY_MAX
from feedback_app.intake.counters import COUNT_DAYS_BACK, TOKENS_AT_ONCE, TRANSACTIONS_MAX
from feedback_app.intake.rules import VISIT_DAYS_BACK, clean_text
from feedback_app.intake.wall_codes import HANGS_AT_MAX
from feedback_app.organisation.people.reached_counters import CounterCard, Counters
from feedback_app.organisation.queries import ServiceCard
from feedback_app.organisation.within_reach import ReachedUnit


@dataclass(frozen=True, slots=True)
class TokensWanted:
    """What a valid form asks for; without a service the tokens serve the whole unit."""

    unit: ReachedUnit
    service: ServiceCard | None
    visited_on: date
    count: int
    counter: CounterCard | None = None


def _by_unit(
    nothing: str, units: Sequence[ReachedUnit], cards: Mapping[tuple[int, int], Sequence[ServiceCard | CounterCard]]
) -> list[SelectChoice]:
    """Return the cards under the names of their units, below a line that chooses none."""
    return [
        SelectChoice("", nothing),
        *(
            SelectChoice(str(card.id), card.name, optgroup=unit.name)
            for unit in units
            for card in cards.get((unit.agency_id, unit.id), ())
        ),
    ]


class UnitForm(StaffForm):
    """Something for one unit within reach, and perhaps for one of its services."""

    unit_id = SelectField(_("Unit"), validate_choice=False)
    service_id = SelectField(_("Layanan"), validate_choice=False)

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
        super().__init__(**kwargs)
        self._units_of_services = {str(c.id): str(unit_id) for (_, unit_id), cards in services.items() for c in cards}
        nothing = [SelectChoice("", gettext("Pilih unit, atau pilih layanannya saja"))] if len(units) > 1 else []
        self.unit_id.choices = [*nothing, *(SelectChoice(key, unit.name) for key, unit in self._units.items())]
        # Without a script the list cannot follow the unit chosen, so it shows whose service each one is.
        self.service_id.choices = _by_unit(gettext("Semua layanan unit ini"), units, services)

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

    @property
    def chosen_unit(self) -> ReachedUnit:
        """Return the unit of a form that `validate` has passed."""
        unit = self.unit
        assert unit is not None  # noqa: S101 - `validate` has refused what is missing
        return unit

    def check_day(self, day: date | None, *, back: int) -> None:
        """Refuse a day to come and one too long gone, by the clock of the unit."""
        if day is None or self.unit is None:
            return
        last_day = local_day(self.unit, self.now)
        if not last_day - timedelta(days=back) <= day <= last_day:
            raise ValidationError(gettext("Pilih hari ini atau paling lama %(days)d hari yang lalu.", days=back))


class CounterForm(UnitForm):
    """Something for one unit within reach, and perhaps for one of its counters."""

    counter_id = SelectField(_("Loket"), validate_choice=False)

    def __init__(
        self,
        units: Sequence[ReachedUnit],
        services: Mapping[tuple[int, int], Sequence[ServiceCard]],
        now: datetime,
        counters: Counters | None = None,
        **kwargs: Any,
    ) -> None:
        by_unit = counters or {}
        self._counters = {str(card.id): card for cards in by_unit.values() for card in cards}
        super().__init__(units, services, now, **kwargs)
        self.counter_id.choices = _by_unit(gettext("Tanpa loket tertentu"), units, by_unit)

    def validate_counter_id(self, field: SelectField) -> None:
        """Refuse a counter of another unit."""
        if field.data and self.unit is not None and self.counter is None:
            raise ValidationError(gettext("Loket itu bukan milik %(unit)s. Pilih loket unit ini.", unit=self.unit.name))

    @property
    def has_counters(self) -> bool:
        """Tell whether there is any counter to choose."""
        return bool(self._counters)

    @property
    def counter(self) -> CounterCard | None:
        """Return the counter chosen, if it is one of the unit's."""
        card, unit = self._counters.get(self.counter_id.data or ""), self.unit
        return card if card and unit and card.unit_id == unit.id else None


class TokensForm(CounterForm):
    """For which unit, service, counter and day, and how many."""

    visited_on = PlainDayField(_("Tanggal kunjungan"), validators=[InputRequired(_("Isi tanggal kunjungan."))])
    count = IntegerField(
        _("Banyaknya"),
        default=10,
        validators=[
            InputRequired(_("Isi banyaknya token dengan angka, paling banyak 50.")),
            NumberRange(1, TOKENS_AT_ONCE, _("Isi banyaknya token dari 1 sampai 50.")),
        ],
    )

    def __init__(
        self,
        units: Sequence[ReachedUnit],
        services: Mapping[tuple[int, int], Sequence[ServiceCard]],
        now: datetime,
        counters: Counters | None = None,
        **kwargs: Any,
    ) -> None:
        day = local_day(units[0], now) if units else now.date()
        super().__init__(units, services, now, counters, data={"visited_on": day}, **kwargs)

    def validate_visited_on(self, field: PlainDayField) -> None:
        """Refuse days to come and days too long gone."""
        self.check_day(field.data, back=VISIT_DAYS_BACK)

    def wanted(self) -> TokensWanted:
        """Return what a form asks for that `validate` has passed."""
        visited_on, count = self.visited_on.data, self.count.data
        assert visited_on is not None  # noqa: S101 - `validate` has refused what is missing
        assert count is not None  # noqa: S101
        return TokensWanted(self.chosen_unit, self.service, visited_on, count, self.counter)


class CountForm(UnitForm):
    """How many visits were finished on a day."""

    day = PlainDayField(_("Tanggal"), validators=[InputRequired(_("Isi tanggalnya."))])
    transactions = IntegerField(
        _("Kunjungan yang selesai dilayani"),
        validators=[
            InputRequired(_("Isi jumlah kunjungan dengan angka.")),
            NumberRange(0, TRANSACTIONS_MAX, _("Isi jumlah kunjungan dari 0 sampai 100.000.")),
        ],
    )

    def validate_day(self, field: PlainDayField) -> None:
        """Refuse days to come and days too long gone."""
        self.check_day(field.data, back=COUNT_DAYS_BACK)


class KeyForm(CounterForm):
    """A key for the machine of a counter, or of a unit with one machine for all."""

    name = StringField(_("Nama kunci"), filters=[clean_text])
    tokens_a_day = IntegerField(
        _("Paling banyak token sehari"),
        default=TOKENS_A_DAY,
        validators=[
            InputRequired(_("Isi jatah token sehari dengan angka.")),
            NumberRange(1, TOKENS_A_DAY_MAX, _("Isi jatah token sehari dari 1 sampai 5.000.")),
        ],
    )

    def validate_name(self, field: StringField) -> None:
        """Ask for a name by which the key is known again."""
        if not 1 <= len(field.data or "") <= KEY_NAME_MAX:
            raise ValidationError(gettext("Beri nama kunci, paling banyak %(most)d huruf.", most=KEY_NAME_MAX))


class WallCodeForm(UnitForm):
    """A code for one place on a wall."""

    hangs_at = StringField(_("Tempat digantung"), filters=[clean_text])

    def validate_hangs_at(self, field: StringField) -> None:
        """Ask for the place, which whoever checks the code compares with where they stand."""
        if not 1 <= len(field.data or "") <= HANGS_AT_MAX:
            raise ValidationError(gettext("Tulis tempatnya, paling banyak %(most)d huruf.", most=HANGS_AT_MAX))


def local_day(unit: ReachedUnit, now: datetime) -> date:
    """Return the day it is at a unit."""
    return now.astimezone(ZoneInfo(unit.time_zone)).date()

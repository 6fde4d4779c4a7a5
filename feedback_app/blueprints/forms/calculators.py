"""What is typed into the calculators. They are asked by GET and keep nothing."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _
from wtforms import Form, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional

from feedback_app.blueprints import calculator_words as words
from feedback_app.evaluation.calculators.credit import MONTHS, Level
from feedback_app.evaluation.calculators.distribution import OrganisationPredicate
from feedback_app.evaluation.calculators.predicate import Predicate, Rating

PEOPLE_MAX: Final = 100_000
_MONTHS_WRONG: Final = _("Isi banyaknya bulan, 1 sampai 12.")
_COUNT_WRONG: Final = _("Isi banyaknya pegawai dengan bilangan bulat, 0 atau lebih.")


class PredicateForm(Form):
    """Two ratings that somebody has given."""

    results = SelectField(_("Hasil kerja"), choices=words.choices(words.RATINGS))
    behaviour = SelectField(_("Perilaku kerja"), choices=words.choices(words.RATINGS))

    @property
    def ratings(self) -> tuple[Rating, Rating]:
        """Return results and behaviour."""
        return Rating(self.results.data), Rating(self.behaviour.data)


class WholeField(IntegerField):
    """A whole number; what is none is told in our own words."""

    def __init__(self, label: Any, wrong: Any, **options: Any) -> None:
        super().__init__(label, **options)
        self._wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number."""
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError as error:
            raise ValueError(str(self._wrong)) from error


def _count(label: Any) -> WholeField:
    in_range = NumberRange(min=0, max=PEOPLE_MAX, message=_COUNT_WRONG)
    return WholeField(label, _COUNT_WRONG, validators=[Optional(), in_range], default=0)


class DistributionForm(Form):
    """An organisation's predicate, and how many of its people have which."""

    organisation = SelectField(_("Predikat kinerja organisasi"), choices=words.choices(words.ORGANISATIONS))
    very_good = _count(words.PREDICATES[Predicate.VERY_GOOD])
    good = _count(words.PREDICATES[Predicate.GOOD])
    needs_improvement = _count(words.PREDICATES[Predicate.NEEDS_IMPROVEMENT])
    poor = _count(words.PREDICATES[Predicate.POOR])
    very_poor = _count(words.PREDICATES[Predicate.VERY_POOR])

    @property
    def pattern(self) -> OrganisationPredicate:
        """Return the organisation's predicate."""
        return OrganisationPredicate(self.organisation.data)

    @property
    def counts(self) -> dict[Predicate, int]:
        """Return the counts; what was left empty is nobody."""
        return {one: self[one.value].data or 0 for one in Predicate}


class CreditForm(Form):
    """A predicate, a level and the months it is for."""

    predicate = SelectField(_("Predikat kinerja"), choices=words.choices(words.PREDICATES))
    level = SelectField(_("Jenjang jabatan fungsional"), choices=words.choices(words.LEVELS))
    months = WholeField(
        _("Banyaknya bulan"),
        _MONTHS_WRONG,
        validators=[NumberRange(min=1, max=MONTHS, message=_MONTHS_WRONG)],
        default=MONTHS,
    )

    @property
    def asked(self) -> tuple[Predicate, Level, int]:
        """Return predicate, level and months."""
        return Predicate(self.predicate.data), Level(self.level.data), int(self.months.data or 0)

"""Words for the ratings, predicates and levels of the calculators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from feedback_app.evaluation.calculators.credit import Level
from feedback_app.evaluation.calculators.distribution import Check, Expectation, OrganisationPredicate
from feedback_app.evaluation.calculators.predicate import Predicate, Rating
from feedback_app.evaluation.calculators.sources import Confidence

RATINGS: Final[Mapping[Rating, Any]] = {
    Rating.BELOW: _("Di bawah ekspektasi"),
    Rating.AS_EXPECTED: _("Sesuai ekspektasi"),
    Rating.ABOVE: _("Di atas ekspektasi"),
}
PREDICATES: Final[Mapping[Predicate, Any]] = {
    Predicate.VERY_GOOD: _("Sangat Baik"),
    Predicate.GOOD: _("Baik"),
    Predicate.NEEDS_IMPROVEMENT: _("Butuh Perbaikan (Cukup)"),
    Predicate.POOR: _("Kurang (misconduct)"),
    Predicate.VERY_POOR: _("Sangat Kurang"),
}
ORGANISATIONS: Final[Mapping[OrganisationPredicate, Any]] = {
    OrganisationPredicate.EXCEPTIONAL: _("Istimewa"),
    OrganisationPredicate.GOOD: _("Baik"),
    OrganisationPredicate.NEEDS_IMPROVEMENT: _("Butuh Perbaikan (Cukup)"),
    OrganisationPredicate.POOR: _("Kurang"),
    OrganisationPredicate.VERY_POOR: _("Sangat Kurang"),
}
LEVELS: Final[Mapping[Level, Any]] = {
    Level.BEGINNER: _("Pemula"),
    Level.SKILLED: _("Terampil"),
    Level.PROFICIENT: _("Mahir"),
    Level.SUPERVISOR: _("Penyelia"),
    Level.FIRST_EXPERT: _("Ahli Pertama"),
    Level.JUNIOR_EXPERT: _("Ahli Muda"),
    Level.MIDDLE_EXPERT: _("Ahli Madya"),
    Level.PRINCIPAL_EXPERT: _("Ahli Utama"),
}
CONFIDENCES: Final[Mapping[Confidence, Any]] = {
    Confidence.FOUND: _("sesuai lebih dari satu sumber terbuka"),
    Confidence.PRESS: _("menurut pemberitaan dan bahan pelatihan, bukan bunyi lampiran"),
    Confidence.UNCHECKED: _("belum dicocokkan dengan naskah peraturan"),
}


def expectation(asked: Expectation) -> str:
    """Return one line of a pattern as a sentence."""
    names = f" {gettext('dan/atau')} ".join(str(PREDICATES[one]) for one in asked.predicates)
    sentences: dict[Check, str] = {
        Check.MOST: gettext("%(names)s paling banyak di antara semua predikat", names=names),
        Check.AT_MOST: gettext("%(names)s paling banyak %(percent)s %%", names=names, percent=asked.percent),
        Check.AT_LEAST: gettext("%(names)s paling sedikit %(percent)s %%", names=names, percent=asked.percent),
        Check.SOME: gettext("harus ada %(names)s", names=names),
        Check.NONE: gettext("tidak ada %(names)s", names=names),
    }
    return sentences[asked.check]


def choices(words: Mapping[Any, Any]) -> list[SelectChoice]:
    """Return the choices of a form from words by stored value."""
    return [SelectChoice(member.value, said) for member, said in words.items()]


def people(count: int, of: int) -> str:
    """Return how many of how many."""
    said: str = ngettext("%(num)d dari %(of)s pegawai", "%(num)d dari %(of)s pegawai", count, of=of)
    return said

"""The official words of the survey are constants of its rules; every one of them has to be in the catalogue."""

from __future__ import annotations

from feedback_app.blueprints.survey_labels import OFFICIAL_SURVEY_WORDS
from feedback_app.survey.elements import RULESETS


def test_every_official_word_reaches_the_catalogue() -> None:
    named = {str(word) for word in OFFICIAL_SURVEY_WORDS}
    official = {element.name for rules in RULESETS.values() for element in rules.elements}
    assert official | {band.performance for rules in RULESETS.values() for band in rules.bands} == named

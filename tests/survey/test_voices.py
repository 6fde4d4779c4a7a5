"""Every aspect and every reason speaks of one element of the survey, for a reason that is written down."""

from __future__ import annotations

from feedback_app.intake.rules import BadReason, GoodReason
from feedback_app.nlp.labels import ASPECT_ELEMENTS, Aspect
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.voices import ASPECTS, REASONS

KEYS = set(RULESETS[RuleSetCode.PERMENPANRB_14_2017].keys)


def test_every_aspect_but_the_rest_speaks_of_one_of_the_elements_its_taxonomy_names() -> None:
    assert set(ASPECTS) == set(Aspect) - {Aspect.OTHER}
    for aspect, spoken in ASPECTS.items():
        assert spoken.element in ASPECT_ELEMENTS[aspect]
        assert spoken.why


def test_every_reason_of_a_rating_speaks_of_an_element() -> None:
    assert set(REASONS) == {*GoodReason, *BadReason}
    assert {spoken.element for spoken in REASONS.values()} < KEYS


def test_every_element_is_spoken_of() -> None:
    assert {spoken.element for spoken in ASPECTS.values()} == KEYS

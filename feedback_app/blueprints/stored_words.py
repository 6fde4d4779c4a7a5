"""The words of single values on the page of everything held: what is stored in English, said in the page's language."""

from __future__ import annotations

import enum

from flask_babel import gettext

from feedback_app.audit.models import ActorKind
from feedback_app.blueprints.formats import number
from feedback_app.blueprints.labels import label, rule_label
from feedback_app.nlp.labels import Urgency
from feedback_app.nlp.urgency.triage import RULE_PREFIX

NOTHING = "–"


def word(kind: type[enum.StrEnum], value: str | None) -> str:
    """Return the label of a stored value; a dash where there is none."""
    return str(label(kind(value))) if value is not None else NOTHING


def yes(value: bool | None) -> str:
    """Return yes or no; a dash where nobody was asked."""
    if value is None:
        return NOTHING
    return str(gettext("Ya") if value else gettext("Tidak"))


def guess(kind: type[enum.StrEnum], value: str | None, confidence: float) -> str:
    """Return what the reader took a text for, and how sure it was."""
    if value is None:
        unknown: str = gettext("Tidak dapat ditentukan")
        return unknown
    said: str = gettext(
        "%(guess)s (keyakinan %(percent)s%%)", guess=word(kind, value), percent=number(100 * confidence, 0)
    )
    return said


def urgency(value: str | None, confidence: float, source: str) -> str:
    """Return the urgency, and the written rule that decided it where it was not the model."""
    if value is None or not source.startswith(RULE_PREFIX):
        return guess(Urgency, value, confidence)
    said: str = gettext("%(guess)s (aturan tertulis: %(rule)s)", guess=word(Urgency, value), rule=rule_label(source))
    return said


def actor(value: str) -> str:
    """Return who moved a case, without a name."""
    words: dict[ActorKind, str] = {
        ActorKind.CITIZEN: gettext("Anda"),
        ActorKind.USER: gettext("Petugas"),
        ActorKind.SYSTEM: gettext("Sistem"),
    }
    return words[ActorKind(value)]

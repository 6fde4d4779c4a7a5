"""What a message says. It is read on lock screens and by whoever shares the phone, so it says next to nothing.

No text here takes a word from a report, a reply or a unit's name: a parameter is a number or nothing. A report that is
confidential has one sentence for everything that can happen to it. The tracking code is never repeated; the database
keeps only its hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from feedback_app.notifications.account_texts import ACCOUNT_NUMBERS, ACCOUNT_TEXTS
from feedback_app.notifications.citizen_texts import CITIZEN, STOP
from feedback_app.notifications.privacy_texts import PRIVACY_NUMBERS, PRIVACY_TEXTS
from feedback_app.notifications.staff_texts import NUMBERS, ONE_CASE, STAFF
from feedback_app.notifications.templates import FOR_STAFF, OF_AN_ACCOUNT
from feedback_app.notifications.templates import Template as Template

DEFAULT_LANGUAGE: Final = "id"
LANGUAGES: Final = tuple(STAFF)


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses a message may hold: of the public pages, of the page that ends messages to a citizen, and a link
    that opens something for its reader alone.
    """

    public: str
    unsubscribe: str | None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A subject and a text."""

    subject: str
    body: str


def is_for_staff(template: Template) -> bool:
    """Tell whether a message is meant for an account and not for a citizen."""
    return template in FOR_STAFF


def words_of(template: Template, params: Mapping[str, Any], places: Places, language: str) -> Words:
    """Return the words of a message; an unknown language is answered in Indonesian."""
    spoken = language if language in LANGUAGES else DEFAULT_LANGUAGE
    if template in OF_AN_ACCOUNT:
        return _to_owner(template, params, places, spoken)
    if is_for_staff(template):
        return _to_staff(template, params, f"{places.public}/petugas", spoken)
    subject, body = CITIZEN[spoken][template]
    notice = f"{places.public}/privasi/kejadian/{int(params.get('agency', 0))}/{int(params.get('breach', 0))}"
    lines = [body.format(lookup=f"{places.public}/lacak", days=int(params.get("days", 0)), notice=notice)]
    if places.unsubscribe:
        lines.append(STOP[spoken].format(stop=places.unsubscribe))
    return Words(subject, "\n\n".join(lines))


def _to_staff(template: Template, params: Mapping[str, Any], staff: str, language: str) -> Words:
    numbers = {name: int(params[name]) for name in {**NUMBERS, **PRIVACY_NUMBERS}.get(template, ONE_CASE)}
    filled: dict[str, int | str] = {
        **numbers, "page": f"{staff}/kasus/{numbers.get('case')}", "inbox": f"{staff}/kotak-masuk",
        "dashboard": f"{staff}/dasbor", "account": f"{staff}/akun",
        "reader": f"{staff}/pembaca", "contest_page": f"{staff}/penelaahan/{numbers.get('contest')}",
        "own_record": f"{staff}/saya/{numbers.get('cycle')}", "requests": f"{staff}/permintaan",
        "breaches": f"{staff}/privasi/kejadian",
    }  # fmt: skip
    subject, body = (PRIVACY_TEXTS if template in PRIVACY_NUMBERS else STAFF)[language][template]
    return Words(subject.format(**filled), body.format(**filled))


def _to_owner(template: Template, params: Mapping[str, Any], places: Places, language: str) -> Words:
    filled: dict[str, int | str | None] = {
        **{name: int(params[name]) for name in ACCOUNT_NUMBERS.get(template, ())},
        "link": places.link, "home": f"{places.public}/petugas/", "account": f"{places.public}/petugas/akun",
        "sign_in": f"{places.public}/masuk", "recovery": f"{places.public}/masuk/lupa",
    }  # fmt: skip
    subject, body = ACCOUNT_TEXTS[language][template]
    return Words(subject.format(**filled), body.format(**filled))

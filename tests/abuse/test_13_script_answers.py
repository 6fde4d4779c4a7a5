"""What a script puts into a page as HTML is drawn by the server, with hostile words in it as text (`coach.js`).

The whole pages are looked at in a browser in `tests/browser/test_hostile_words.py`; which scripts do this at all is
listed in `tests/house/test_web_code.py`.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.abuse.payloads import PAYLOADS

LEVY: Final = "Kemarin petugas loket meminta uang pelicin 200 ribu agar KTP cepat jadi. Hubungi 081234567890, Ibu Maria"
ELEMENTS: Final = frozenset(
    ["h2", "h3", "p", "ul", "li", "q", "button", "fieldset", "legend", "div", "input", "label", "a"]
)
ATTRIBUTES: Final = frozenset(
    ["class", "type", "name", "value", "id", "for", "href", "checked", "formnovalidate", "data-choose-kind"]
)


class Drawn(HTMLParser):
    """Every element and attribute of a piece of HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _value in attrs}
        self.addresses |= {value or "" for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("payload", PAYLOADS[::9])
def test_what_the_coach_says_of_hostile_words_is_text(client: FlaskClient, session: Session, payload: str) -> None:
    agency = make.agency(session)
    office = make.unit(session, agency, name=f"Loket {payload}"[:120])
    make.unit(session, agency, name=f"Inspektorat {payload}"[:120], kind=UnitKind.INSPECTORATE)
    sent = {
        "kind": "complaint", "happened": f"{payload} {LEVY} {payload} jahat@contoh.id{payload}", "where": payload,
        "occurred_on": clock.utcnow().date().isoformat(), "to": office.code, "once": "satu",
    }  # fmt: skip
    answer = client.post(f"/lapor/{agency.code}/periksa", data=sent)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    html = answer.get_json()["html"]
    drawn = Drawn(html)
    assert "Inspektorat" in drawn.text
    assert drawn.elements <= ELEMENTS, html
    assert drawn.attributes <= ATTRIBUTES, html
    assert all(address.startswith("/") for address in drawn.addresses)


def test_the_look_at_the_elements_would_find_one() -> None:
    drawn = Drawn("<p>a<img src=x onerror=alert(1)></p>")
    assert not drawn.elements <= ELEMENTS
    assert not drawn.attributes <= ATTRIBUTES

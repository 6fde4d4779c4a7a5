"""A browser without a window over a real socket: it keeps cookies, reads the forms of a page and sends them filled."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.factories import PASSWORD


@dataclass
class Form:
    """One form of a page: where it is sent, what is in it, and where somebody types."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    boxes: list[str] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    has_files: bool = False

    def filled(self, words: str) -> dict[str, str]:
        """Return the form as somebody sends it who types `words` everywhere and chooses what is not chosen yet."""
        chosen = {
            name: next((one for one in options if one and one != self.values.get(name)), "")
            for name, options in self.choices.items()
        }
        return {
            **self.values,
            **{name: value for name, value in chosen.items() if value},
            **dict.fromkeys(self.boxes, words),
        }


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: Form | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").upper())
            self.found.append(self._open)
        if self._open is None:
            return
        name = given.get("name", "")
        if tag == "textarea" and name and "readonly" not in given:
            self._open.boxes.append(name)
        elif tag == "select" and name:
            self._select = name
            self._open.choices[name] = []
        elif tag == "option" and self._select:
            self._open.choices[self._select].append(given.get("value", ""))
            if "selected" in given:
                self._open.values[self._select] = given.get("value", "")
        elif tag == "input":
            self._read_input(self._open, name, given)

    def _read_input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind == "file":
            form.has_files = True
        elif kind == "hidden":
            form.values[name] = given.get("value", "")
        elif kind in {"radio", "checkbox"} and name:
            form.choices.setdefault(name, []).append(given.get("value", "y"))
            if kind == "radio" and "checked" in given:
                form.values[name] = given.get("value", "")
        elif kind == "text" and name:
            form.boxes.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page that are sent by POST."""
    reader = _Forms()
    reader.feed(page)
    return [form for form in reader.found if form.method == "POST"]


@dataclass
class Visitor:
    """Somebody at a computer of their own."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> tuple[int, str]:
        """Open a page, and where it leads."""
        return self._open("GET", path, None)

    def send(self, path: str, values: Mapping[str, str | list[str]], *, follow: bool = True) -> tuple[int, str]:
        """Send a form; return the status it was answered with, and the page that shows in the end."""
        status, page, location = self._call("POST", path, urlencode(values, doseq=True))
        if location and follow:
            page = self.get(location)[1]
        return status, page

    def sign_in(self, email: str) -> None:
        """Sign in by the form."""
        form = next(form for form in forms_of(self.get("/masuk")[1]) if "csrf_token" in form.values)
        status, _ = self.send("/masuk", {**form.values, "email": email, "password": PASSWORD})
        assert status == 302

    def _open(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        for _redirect in range(5):
            status, page, location = self._call(method, path, body)
            if not location:
                return status, page
            path, method, body = location, "GET", None
        raise AssertionError(f"{path} leads in a circle")

    def _call(self, method: str, path: str, body: str | None) -> tuple[int, str, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
            for given in answer.headers.get_all("Set-Cookie") or []:
                self.cookies.update({name: crumb.value for name, crumb in SimpleCookie(given).items()})
            location = answer.headers.get("Location") if 300 <= answer.status < 400 else None
            return answer.status, page, _path(location)
        finally:
            connection.close()


def _path(location: str | None) -> str | None:
    if location is None:
        return None
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path

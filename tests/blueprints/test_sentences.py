"""Words in two languages: errors of the rooms, and a catalogue that misses nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale

from feedback_app.blueprints.labels import label
from feedback_app.blueprints.sentences import extract_messages, translated
from feedback_app.intake.codes import InvalidCodeError, normalise_code
from feedback_app.intake.rules import BadReason, GoodReason, SubmissionKind

ROOT = Path(__file__).resolve().parents[2]
CITIZENS = re.compile(
    r"templates/(public|tracking|account|macros|base|error)|forms/(public|tracking)"
    r"|blueprints/(public|tracking|frame|labels|timeline|errors|access)|feedback_app/(app|intake|handling|organisation)"
)
ENGLISH = ROOT / "feedback_app" / "translations" / "en" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (ENGLISH / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_sentence_with_numbers_is_said_in_english_with_them(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"), pytest.raises(InvalidCodeError) as caught:
        normalise_code("7KQ2")
    with app.test_request_context(), force_locale("en"):
        assert translated(caught.value.message).startswith("A tracking code has 12 letters and digits; you wrote 4.")


@pytest.mark.parametrize("sentence", ["", "Kalimat yang tidak ada 12 kali.", "100% tidak ada."])
def test_sentence_the_catalogue_does_not_hold_stays_as_it_is(app: Flask, sentence: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert translated(sentence) == sentence


def test_extraction_finds_the_sentences_of_errors_and_nothing_of_programmers() -> None:
    source = b"""
from flask_babel import gettext
raise UnknownUnitError("Unit itu tidak ditemukan.")
raise ReplyLengthError(f"Harus {LOW} sampai {HIGH} huruf (100%).")
raise ValueError("moment must be aware")
problem(400, "form_expired", "Halaman ini sudah lama terbuka.")
HTTP_SENTENCES = {404: "Halaman ini tidak ada."}
LIMIT_SENTENCES: Final = {"sending": "Tunggu, lalu kirim lagi."}
SETTINGS = {"SECURITY_MSG_LOGIN": ("Silakan masuk.", "info"), "SECURITY_LOGIN_URL": "/masuk"}
gettext("Diterima")
"""
    found = {message for _, _, message, _ in extract_messages(io.BytesIO(source), {"gettext": None}, [], {})}
    assert found == {
        "Unit itu tidak ditemukan.", "Harus %s sampai %s huruf (%s%%).", "Halaman ini sudah lama terbuka.",
        "Halaman ini tidak ada.", "Tunggu, lalu kirim lagi.", "Silakan masuk.", "Diterima",
    }  # fmt: skip


@pytest.mark.parametrize("member", [*SubmissionKind, *GoodReason, *BadReason, 1, 2, 3, 4], ids=str)
def test_every_stored_word_has_a_label_in_both_languages(app: Flask, member: object) -> None:
    with app.test_request_context():
        indonesian = str(label(member))  # type: ignore[arg-type]
    with app.test_request_context(), force_locale("en"):
        english = str(label(member))  # type: ignore[arg-type]
    assert indonesian != english


@pytest.mark.slow
def test_english_catalogue_holds_every_sentence_that_citizens_see(catalogue: Catalog) -> None:
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    wanted = {
        message if isinstance(message, str) else message[0]
        for file_name, _, message, _, _ in extract_from_dir(ROOT, methods, options)
        if CITIZENS.search(file_name)
    }
    missing = sorted(words for words in wanted if not _is_translated(catalogue.get(words)))
    assert missing == [], "pybabel extract, update, translate, compile: see the README"


def _is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple) else bool(message.string)


def test_placeholders_are_the_same_in_both_languages(catalogue: Catalog) -> None:
    errors = [(message.id, error) for message, found in catalogue.check() for error in found]
    assert errors == []


def test_compiled_catalogue_is_that_of_the_source(catalogue: Catalog) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert (ENGLISH / "messages.mo").read_bytes() == compiled.getvalue(), "run pybabel compile"

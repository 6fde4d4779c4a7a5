"""Waits, words and links: pure rules."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.notifications.account_texts import ACCOUNT_NUMBERS, ACCOUNT_TEXTS
from feedback_app.notifications.privacy_texts import PRIVACY_NUMBERS, PRIVACY_TEXTS
from feedback_app.notifications.rules import MAX_ATTEMPTS, WAITS, is_last, wait_after
from feedback_app.notifications.staff_texts import NUMBERS, ONE_CASE, STAFF
from feedback_app.notifications.templates import ABOUT_ONE_CASE, ABOUT_PRIVACY, FOR_STAFF, OF_AN_ACCOUNT, ROUNDS
from feedback_app.notifications.unsubscribe import read, sign
from feedback_app.notifications.wording import Places, Template, is_for_staff, words_of

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
PUBLIC = "https://suara.kota.go.id"
PLACES = Places(PUBLIC, f"{PUBLIC}/berhenti/abc", f"{PUBLIC}/undangan/xyz")
IDS = st.integers(1, 2**63 - 1)


def numbers_of(template: Template) -> dict[str, int]:
    if template in OF_AN_ACCOUNT:
        return dict.fromkeys(ACCOUNT_NUMBERS.get(template, ()), 1)
    numbers = {**NUMBERS, **PRIVACY_NUMBERS}
    return dict.fromkeys(numbers.get(template, ONE_CASE), 1) if is_for_staff(template) else {}


def page_of(template: Template) -> str:
    """The address that a message names."""
    if template in {Template.INVITATION, Template.RECOVERY}:
        return "/undangan/xyz"
    if template in {Template.PASSWORD_CHANGED, Template.FACTOR_MISSED}:
        return "/masuk/lupa"
    if template is Template.BREACH_NOTICE:
        return "/privasi/kejadian/0/0"
    if not is_for_staff(template):
        return "/lacak"
    return "/petugas/kasus/4711" if template in ABOUT_ONE_CASE else "/petugas/"


def test_every_wait_is_longer_than_the_one_before() -> None:
    waits = [wait_after(attempts, jitter=0.0) for attempts in range(1, MAX_ATTEMPTS)]
    assert waits == list(WAITS)
    assert all(early < late for early, late in pairwise(waits))


@given(st.integers(1, 50), st.floats(0, 1))
def test_chance_adds_a_fifth_at_most(attempts: int, jitter: float) -> None:
    plain = wait_after(attempts, jitter=0.0)
    assert plain <= wait_after(attempts, jitter=jitter) <= plain * 1.2 + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        pytest.param(timedelta(seconds=5), timedelta(minutes=1), id="shorter is not listened to"),
        pytest.param(timedelta(hours=1), timedelta(hours=1), id="longer is"),
        pytest.param(timedelta(days=30), timedelta(days=1), id="up to a day"),
    ],
)
def test_the_other_side_may_ask_for_more_time(asked: timedelta, waits: timedelta) -> None:
    assert wait_after(1, jitter=0.0, asked=asked) == waits


def test_the_seventh_attempt_is_the_last() -> None:
    assert [is_last(attempts) for attempts in (MAX_ATTEMPTS - 1, MAX_ATTEMPTS)] == [False, True]
    assert MAX_ATTEMPTS == 7


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("template", Template)
def test_every_template_has_its_words_and_says_where_to_go(template: Template, language: str) -> None:
    words = words_of(template, {"days": 30, **numbers_of(template), "case": 4711}, PLACES, language)
    assert words.subject
    assert "{" not in words.subject + words.body
    assert f"{PLACES.public}{page_of(template)}" in words.body
    assert ("/berhenti/abc" in words.body) is not is_for_staff(template)


@pytest.mark.parametrize("template", Template)
def test_the_two_languages_say_it_in_words_of_their_own(template: Template) -> None:
    params = {"days": 30, **numbers_of(template)}
    assert words_of(template, params, PLACES, "id") != words_of(template, params, PLACES, "en")
    assert words_of(template, params, PLACES, "id") == words_of(template, params, PLACES, "jv")


@pytest.mark.parametrize("template", Template)
def test_words_that_slipped_into_the_parameters_reach_no_text(template: Template) -> None:
    canary = "Kelurahan Oebufu"
    params = {"days": 30, **numbers_of(template), "unit": canary, "text": canary, "reply": canary}
    words = words_of(template, params, PLACES, "id")
    assert canary not in words.subject + words.body
    if not numbers_of(template):
        return
    with pytest.raises(ValueError, match="invalid literal"):
        words_of(template, dict.fromkeys(params, canary), PLACES, "id")


def test_every_template_for_staff_has_words_in_every_language_and_only_those() -> None:
    for language in ("id", "en"):
        assert set(ACCOUNT_TEXTS[language]) == OF_AN_ACCOUNT
        assert set(PRIVACY_TEXTS[language]) == ABOUT_PRIVACY
        assert set(STAFF[language]) == FOR_STAFF - OF_AN_ACCOUNT - ABOUT_PRIVACY


@pytest.mark.parametrize("template", ROUNDS)
def test_a_mail_that_comes_by_itself_says_where_to_stop_it(template: Template) -> None:
    assert f"{PLACES.public}/petugas/akun" in words_of(template, numbers_of(template), PLACES, "id").body


def test_a_round_says_its_numbers() -> None:
    words = words_of(Template.REMINDER, {"late": 71, "today": 72, "next": 73}, PLACES, "id")
    assert all(str(number) in words.body for number in (71, 72, 73))


def test_a_confidential_report_has_one_sentence() -> None:
    words = words_of(Template.NEWS, {}, Places("https://suara.kota.go.id", None), "id")
    assert words.body == ("Ada kabar tentang laporan Anda. Buka https://suara.kota.go.id/lacak dan masukkan kode Anda.")


@given(IDS, IDS)
def test_a_link_ends_the_messages_it_was_made_for(agency_id: int, contact_id: int) -> None:
    assert read(KEY, sign(KEY, agency_id, contact_id)) == (agency_id, contact_id)


def test_a_link_stands_in_an_address_as_it_is() -> None:
    assert sign(KEY, 1, 2).replace("-", "").replace("_", "").isalnum()


@given(st.integers(0, 41), st.sampled_from("AZaz09-_"))
def test_a_changed_link_is_nobodys(place: int, letter: str) -> None:
    token = sign(KEY, 1, 2)
    changed = token[:place] + letter + token[place + 1 :]
    assert read(KEY, changed) in ({(1, 2)} if changed == token else {None})


@pytest.mark.parametrize("token", ["", "a", "====", "ü", "A" * 43, "A" * 500, "a b", "\x00"])
def test_what_was_never_signed_is_nobodys(token: str) -> None:
    assert read(KEY, token) is None


def test_another_key_reads_nothing() -> None:
    assert read(OTHER_KEY, sign(KEY, 1, 2)) is None

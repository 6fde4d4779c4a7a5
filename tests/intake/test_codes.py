from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.codes import (
    ALPHABET,
    InvalidCodeError,
    InvalidVisitTokenError,
    code_hash,
    new_code,
    new_visit_token,
    normalise_code,
    visit_token_hash,
)

KEY = b"0123456789abcdef"


def repeatable(seed: int) -> Callable[[int], bytes]:
    return random.Random(seed).randbytes


codes = st.binary(min_size=7, max_size=7).map(lambda drawn: new_code(lambda _: drawn))


def is_caught(typed: str) -> bool:
    try:
        normalise_code(typed)
    except InvalidCodeError:
        return True
    return False


@given(codes)
def test_new_code_is_three_groups_of_four_and_stands_as_it_is(code: str) -> None:
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code) <= set(ALPHABET) | {"-"}
    assert normalise_code(code) == code


def test_code_carries_55_random_bits() -> None:
    def bits(number: int) -> Callable[[int], bytes]:
        return lambda size: number.to_bytes(size, "big")

    # Flipping any of the upper 55 of the 56 bits drawn gives another code; the last bit is the one left out.
    assert len({new_code(bits(1 << place)) for place in range(56)} | {new_code(bits(0))}) == 56
    assert new_code(bits(0)) == new_code(bits(1)) == "0000-0000-0000"


def test_two_thousand_codes_are_all_different() -> None:
    assert len({new_code(repeatable(seed)) for seed in range(2000)}) == 2000


@pytest.mark.parametrize("seed", range(20))
def test_every_single_wrong_character_is_caught(seed: int) -> None:
    code = new_code(repeatable(seed)).replace("-", "")
    for place in range(12):
        for wrong in set(ALPHABET) - {code[place]}:
            assert is_caught(code[:place] + wrong + code[place + 1 :])


@given(codes)
def test_every_swap_of_two_characters_is_caught_neighbours_or_not(code: str) -> None:
    plain = code.replace("-", "")
    for one in range(12):
        for other in range(one + 1, 12):
            swapped = list(plain)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert is_caught("".join(swapped)) is (plain[one] != plain[other])


def test_check_weights_differ_so_no_error_of_these_kinds_can_pass() -> None:
    # The code is linear: one wrong character can pass only at a place of weight 0, a swap only between places
    # of equal weight. So it is enough to look at the check of each unit vector.
    checks = set()
    for place in range(11):
        unit = "0" * place + "1" + "0" * (10 - place)
        checks.add(next(check for check in ALPHABET if not is_caught(unit + check)))
    assert len(checks | {"1"}) == 12  # the check character's own weight is 1
    assert "0" not in checks


def test_random_typing_passes_the_check_one_time_in_32() -> None:
    draw = random.Random(5)
    passed = sum(not is_caught("".join(draw.choices(ALPHABET, k=12))) for _ in range(6400))
    assert 140 <= passed <= 260  # 200 expected, standard deviation 14


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("0001-0001-000x", id="lower case"),
        pytest.param("000100010 00X", id="spaces elsewhere"),
        pytest.param(" 0001 0001 000X\n", id="space around"),
        pytest.param("OOO1-OOO1-oooX", id="letter O for zero"),
        pytest.param("000I-000l-000X", id="letters I and L for one"),
        pytest.param("0001–0001—000X", id="dashes of a word processor"),
        pytest.param("0001\u20110001\u2011000X", id="hyphens that do not break"),
    ],
)
def test_usual_ways_of_typing_a_code_are_forgiven(typed: str) -> None:
    assert normalise_code(typed) == "0001-0001-000X"
    assert code_hash(typed, KEY) == code_hash("0001-0001-000X", KEY)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        pytest.param("", "12 huruf dan angka; yang ditulis 0", id="nothing"),
        pytest.param("0001-0001-000", "yang ditulis 11", id="a character short"),
        pytest.param("0001-0001-000XX", "yang ditulis 13", id="a character too many"),
        pytest.param("0001-0001-00UX", "tanpa U", id="a letter no code has"),
        pytest.param("0001-0001-00@X", "hanya memuat", id="a sign no code has"),
        pytest.param("0001-0010-000X", "salah ketik", id="two characters swapped"),
    ],
)
def test_typing_error_is_named(typed: str, said: str) -> None:
    with pytest.raises(InvalidCodeError, match=said) as caught:
        normalise_code(typed)
    assert caught.value.status == 422


@given(st.text(max_size=300))
def test_no_text_whatever_ends_otherwise_than_in_a_code_or_a_clear_error(raw: str) -> None:
    try:
        said = normalise_code(raw)
    except InvalidCodeError as error:
        said = error.message
    assert said.endswith(".") or normalise_code(said) == said


def test_hash_of_a_code_depends_on_the_key() -> None:
    code = new_code(repeatable(1))
    assert len(code_hash(code, KEY)) == 32
    assert code_hash(code, KEY) == code_hash(code, bytes(KEY))
    assert code_hash(code, KEY) != code_hash(code, KEY[::-1])


@pytest.mark.parametrize("key", [b"", b"fifteen bytes.."])
def test_short_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        code_hash(new_code(repeatable(1)), key)


@given(st.binary(min_size=16, max_size=16))
def test_visit_token_carries_all_its_128_bits_and_fits_a_url(drawn: bytes) -> None:
    token = new_visit_token(lambda _: drawn)
    assert len(token) == 26
    assert token.isascii()
    assert token.isalnum()
    value = 0
    for char in token:
        value = value * 32 + ALPHABET.index(char)
    assert value.to_bytes(16, "big") == drawn


def test_visit_token_asks_for_sixteen_random_bytes() -> None:
    asked = []

    def source(size: int) -> bytes:
        asked.append(size)
        return os.urandom(size)

    new_visit_token(source)
    assert asked == [16]


def test_visit_token_is_recognised_in_lower_case_and_with_its_zeros_read_as_letters() -> None:
    token = new_visit_token(repeatable(3))
    assert visit_token_hash(token.lower().replace("0", "o"), KEY) == visit_token_hash(token, KEY)
    assert len(visit_token_hash(token, KEY)) == 32


def test_two_visit_tokens_have_two_hashes() -> None:
    hashes = {visit_token_hash(new_visit_token(repeatable(seed)), KEY) for seed in range(500)}
    assert len(hashes) == 500


@pytest.mark.parametrize("token", ["", "A", "U" * 26, "A" * 27, "'; DROP TABLE visit_tokens; --"])
def test_what_is_no_visit_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidVisitTokenError, match="tidak dikenal"):
        visit_token_hash(token, KEY)

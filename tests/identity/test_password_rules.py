"""Which password an account may have, and what it costs to find out."""

from __future__ import annotations

import contextlib
import random
import string
import threading
import time

import pytest

from feedback_app.identity.password_rules import (
    PASSWORD_MAX,
    PASSWORD_MIN,
    WEAK_SENTENCES,
    WeakPasswordError,
    check_password,
    near_words,
    normalised,
)

OWNER = (
    "petugas.dukcapil@kupang.go.id", "Maria Ndun", "kupang", "Pemerintah Kota Kupang",
    "Dinas Kependudukan dan Pencatatan Sipil",
)  # fmt: skip
# Every sign that zxcvbn takes for a letter: its time explodes on this.
COSTLY = "4@8({[<6931!|0$5+7%2"


def refusal(password: str) -> str:
    with pytest.raises(WeakPasswordError) as caught:
        check_password(password, OWNER)
    return caught.value.message


@pytest.mark.parametrize(
    "password",
    [
        "jangkrik kuning berenang", "ayam goreng enak sekali", "Zk8#vQp2!mLx", "кузнечик в траве 9",
        "🦗 kuning 🐟 biru 77", "pensil kuda baterai jepit", "jalan tikus ke pasar malam",
        "   spasi   di   mana-mana   ",
    ],
)  # fmt: skip
def test_what_is_long_and_unusual_is_taken_of_whatever_signs(password: str) -> None:
    check_password(password, OWNER)


def test_length_is_all_that_is_asked_of_its_form() -> None:
    assert str(PASSWORD_MIN) in refusal("Zk8#vQp2!mL")
    assert str(PASSWORD_MAX) in refusal(random_text(PASSWORD_MAX + 1))
    check_password(random_text(PASSWORD_MAX), OWNER)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("password1234", "passwords"), ("qwertyuiop123", "passwords"), ("Password12345!", "passwords"),
        ("aaaaaaaaaaaaaaaa", "repeat"), ("rahasiarahasia", "repeat"), ("a" * PASSWORD_MAX, "repeat"),
        ("p@ssw0rd1" * 14, "repeat"), ("petugas.dukcapil@kupang.go.id", "user_inputs"),
        ("MariaNdun1990!", "user_inputs"), ("maria-ndun-kupang", "user_inputs"),
        ("dukcapil-kupang-2026", "user_inputs"), ("KotaKupang2026!", "user_inputs"),
        ("dinaskependudukan1", "user_inputs"), ("suara-layanan-demo", "user_inputs"),
        ("indonesia17081945", "user_inputs"), ("admin-petugas-1234", "user_inputs"),
    ],
)  # fmt: skip
def test_what_is_tried_first_is_refused_with_the_reason(password: str, why: str) -> None:
    assert refusal(password) == WEAK_SENTENCES[why]


@pytest.mark.parametrize(
    "password",
    [
        "MyPassword2024!", "thequickbrownfox", "the quick brown fox", "sayangkamu123", "bismillah2024",
        "indonesiaraya45", "akusayangkamu", "Aku Cinta Kamu", "P@ssw0rd-2024!", "S4y4ngK4mu!!", "ILoveIndonesia!",
        "HelloWorld2024", "Jakarta2024!!", "Welcome2024!!", "sukses2024!!!!", "SumpahPemuda28", "anaksholeh1234",
        "terimakasih123", "selamat pagi 123", "rahasia negara 1", "ini kata sandi", "kata_sandi_saya",
        "ikanhiu12345678", "kotakupang2026", "sukasukaaku12", "bhinnekatunggalika", "laailahaillallah",
        "loremipsumdolor", "qwertyuiopasdfgh", "1qaz2wsx3edc4r", "mnbvcxzlkjhgf", "correct horse battery staple",
        "nusatenggaratimur", "GarudaIndonesia 17", "merdeka-17-08-1945", "2024#RumahSakit",
    ],
)  # fmt: skip
def test_two_everyday_words_and_a_year_are_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "sepedabirumelompat", "kucing tidur di atap", "meja-lampu-jeruk-77", "gudegYogyaPedas88x",
        "petruk2makan7onde", "hujan turun hari kamis", "Nasi7uduk!Mentega", "bukuMerah_diLaci3",
        "langit senja di oesapa", "r3ndang-padang-4jam", "xkTqzmRwLpVb", "lampu hijau menyala", "7gelaskopipahit",
        "gunung mutis berkabut", "kopi susu tanpa gula", "paus biru bernyanyi", "tigakambinglompat",
        "rumahku di atas bukit", "jembatan liliba pagi", "sayang8302mangkuk", "benang kusut di laci",
        "aku lupa membawa payung", "the frog eats bakso", "bismillah-teh-poci-9",
    ],
)  # fmt: skip
def test_three_words_or_two_rare_ones_are_taken(password: str) -> None:
    check_password(password)


def test_what_the_shape_refuses_says_what_to_add() -> None:
    with pytest.raises(WeakPasswordError, match="Tambahkan dua kata lain"):
        check_password("MyPassword2024!")


@pytest.mark.parametrize("bits", [48, 60])
def test_what_chance_makes_is_taken(bits: int) -> None:
    chance = random.Random(bits)
    for _ in range(100):
        check_password("".join(chance.choices(string.ascii_letters + string.digits, k=bits // 4)))


def test_a_weak_beginning_does_not_spoil_a_strong_end() -> None:
    check_password("passwordpasswordpassword jangkrik-biru-9-terbang", OWNER)


def test_the_same_words_near_somebody_else_do_no_harm() -> None:
    check_password("yohana bessie 1975", ())
    with pytest.raises(WeakPasswordError):
        check_password("yohana bessie 1975", ("Yohana Bessie",))


def test_words_near_an_owner_are_taken_whole_and_apart() -> None:
    assert near_words(["Maria Ndun", " ", "Maria Ndun"]) == ["maria ndun", "maria", "ndun"]


def test_no_password_takes_long_to_judge() -> None:
    # Left to itself zxcvbn reads such a text for five seconds.
    worst = "".join(random.Random(7).choices(COSTLY, k=PASSWORD_MAX))
    for password in (worst, random_text(PASSWORD_MAX), "aaaa1111" * 3 + worst[:90], "🦗" * PASSWORD_MAX):
        began = time.process_time()
        with contextlib.suppress(WeakPasswordError):
            check_password(password, OWNER)
        assert time.process_time() - began < 2.5


def test_one_owner_s_words_are_never_taken_for_anothers() -> None:
    strange: list[str] = []

    def judge(name: str, other: str) -> None:
        for _ in range(30):
            try:
                check_password(f"{other} berenang 9 kali", (name,))
            except WeakPasswordError:
                strange.append(other)

    threads = [
        threading.Thread(target=judge, args=pair) for pair in (("Yohanita", "Bessielle"), ("Bessielle", "Yohanita"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert strange == []


def test_a_password_typed_in_another_way_is_the_same() -> None:
    assert normalised("café") == normalised("cafe\u0301")


def random_text(length: int) -> str:
    return "".join(random.Random(7).choices(string.printable[:94], k=length))

"""How often one client may do what: one table, each budget with its reason; `limits` lays it upon the endpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response

from feedback_app.blueprints.guessing import (
    EVERYBODY,
    account_and_client,
    account_missed,
    factor_missed,
    guesses,
    guessing_pace,
    leafs,
    missed,
    missed_anywhere,
    not_signed_in,
    own_account,
    pending_factor,
    searches,
    sign_in_pace,
    was_stored,
    wrong_key,
)
from feedback_app.blueprints.known_browsers import browser_and_account, is_known_here, is_strange_here
from feedback_app.blueprints.networks import client_key
from feedback_app.blueprints.survey_sheet import comes_without_visit

LIMIT_SENTENCES: Final = {
    "sending": "Kiriman dari jaringan Anda sedang sangat banyak. Tunggu, tekan Kembali, lalu kirim lagi; "
    "isian Anda masih ada di halaman sebelumnya.",
    "surveying": "Survei dari jaringan Anda sedang sangat banyak, jadi jawaban ini belum disimpan. Jawaban Anda masih "
    "ada di bawah; kirim sekali lagi nanti. Dengan kode kunjungan dari loket, survei diterima tanpa menunggu.",
    "guessing": "Sudah terlalu banyak percobaan dari jaringan Anda. Periksa kembali kodenya.",
    "signing_in": "Sudah terlalu banyak percobaan masuk. Akun tidak dikunci; tekan Kembali setelah menunggu.",
    "reading": "Permintaan dari jaringan Anda sedang sangat banyak.",
    "working": "Permintaan dari akun Anda sedang sangat banyak. Tunggu, tekan Kembali, lalu coba lagi.",
}


@dataclass(frozen=True, slots=True)
class Budget:
    """What one key may do in all `endpoints` together.

    `counts` says by the answer whether a request was a miss; without it every request counts. `soft` is how many a
    minute one process lets a client do before Redis is asked at all.
    """

    scope: str
    endpoints: tuple[str, ...]
    limit: str | Callable[[], str]
    sentence: str
    why: str
    key: Callable[[], str] = client_key
    methods: tuple[str, ...] = ("POST",)
    counts: Callable[[Response], bool] | None = None
    soft: int | None = None
    applies: Callable[[], bool] | None = None

    @property
    def counted_methods(self) -> tuple[str, ...]:
        """Return the methods counted; HEAD asks what GET asks, and tells as much."""
        return (*self.methods, "HEAD") if "GET" in self.methods else self.methods


GUESSED: Final = (
    "tracking.lookup", "tracking.unsubscription", "public.visit", "public.wall", "public.check_wall_code",
)  # fmt: skip
FOLLOWED_UP: Final = (
    "tracking.verdict", "tracking.message", "tracking.objection", "tracking.contact", "tracking.contact_removal",
    "tracking.join", "tracking.leave", "tracking.data", "tracking.erasure", "tracking.withdrawal",
    "tracking.correction", "tracking.restriction", "tracking.restriction_lifted",
    "tracking.withdrawal_undone", "tracking.referred", "tracking.close",
)  # fmt: skip
FIGURES: Final = (
    "public.unit_json", "public.unit_csv", "public.survey_results_json", "public.survey_results_csv",
)  # fmt: skip

SECOND_STEP: Final = ("second_step.show", "second_step.passkey_options", "step_up.confirm")

SURVEYED: Final = ("public.survey",)
# What is refused here is drawn again as it was filled in, under the sentence that refuses it.
DRAWN_AGAIN: Final = frozenset(SURVEYED)

BUDGETS: Final = (
    Budget(
        "rating", ("public.rate",), "300 per minute; 4000 per hour", "sending",
        "a busy hall on one Wi-Fi, or thousands behind one address of a mobile carrier, rate at once; "
        "what is too much for a unit is found by its own history (measures/anomaly_rules.py), not here",
        soft=30,
    ),
    Budget(
        "kiosk", ("public.kiosk_rate", "public.kiosk_reasons"), "240 per minute; 4000 per hour", "sending",
        "one screen serves a queue, a few seconds each", soft=30,
    ),
    Budget(
        "report", ("public.report",), "60 per minute; 600 per hour", "sending",
        "a report takes minutes to write; an address that sends one a second is a carrier's or a program's", soft=10,
    ),
    Budget(
        "survey", SURVEYED, "120 per minute; 2000 per hour", "surveying",
        "nine questions take a minute or two; a hall on one Wi-Fi sends many all the same, and a visit counts once",
        soft=20,
    ),
    Budget(
        "survey_without_visit", SURVEYED, "10 per minute; 60 per hour; 200 per day", "surveying",
        "each becomes part of an official index, and nothing but its pace shows that one person filled in a hundred; "
        "a puskesmas behind one address reaches ten a minute on no day. Only what was stored counts, and all of it: "
        "an uncounted few a minute would be thousands a day",
        counts=was_stored, applies=comes_without_visit,
    ),
    Budget(
        "follow_up", FOLLOWED_UP, "60 per minute; 600 per hour", "sending",
        "who follows a report writes now and then", soft=10,
    ),
    Budget(
        "attachment", ("tracking.attach",), "30 per minute; 300 per hour", "sending",
        "a photo of ten megabytes is decoded and drawn anew", soft=5,
    ),
    Budget(
        "check", ("public.report_check",), "120 per minute; 1500 per hour", "sending",
        "reading a text costs the classifier, and the page asks again while somebody writes", soft=20,
    ),
    Budget(
        "search", ("public.agency", "public.report_agency", "public.home"), "240 per minute", "reading",
        "a search compares the words with every unit", methods=("GET",), soft=60, applies=searches,
    ),
    Budget(
        "leafing", ("public.unit",), "120 per minute", "reading",
        "further pages of complaints are drawn one by one, and read one by one", methods=("GET",), soft=30,
        applies=leafs,
    ),
    Budget(
        "figures", FIGURES, "120 per minute", "reading",
        "programs that take the figures of every unit do so one after another", methods=("GET",), soft=60,
    ),
    Budget(
        "counter_key", ("counter_api.issue", "counter_api.count"), "20 per minute; 200 per hour", "guessing",
        "a machine at a counter has its key or has not; what a key may do is budgeted by its own day",
        counts=wrong_key,
    ),
    Budget(
        "people_key", ("people_api.sync",), "20 per minute; 200 per hour", "guessing",
        "a personnel system has its key or has not", counts=wrong_key,
    ),
    Budget(
        "people_list", ("people_api.sync",), "10 per minute; 60 per hour", "sending",
        "a list of twenty thousand is compared with everybody there is; a system that sends one a minute sends changes",
    ),
    Budget(
        "delivery_report", ("delivery_webhook.report",), "20 per minute; 200 per hour", "guessing",
        "a gateway knows its secret or does not; a true report is not counted", counts=wrong_key,
    ),
    Budget(
        "guess", GUESSED, guessing_pace, "guessing",
        "a mistyped code is tried a few times; codes have 55 bits, so this is for the peace of the log",
        methods=("GET", "POST"), counts=missed, applies=guesses,
    ),
    Budget(
        "guess_anywhere", GUESSED, "6000 per minute", "guessing",
        "all guesses together: at that pace they are a load of their own, from however many addresses they come",
        key=lambda: EVERYBODY, methods=("GET", "POST"),
        counts=missed_anywhere, applies=guesses,
    ),
    Budget(
        "sign_in", ("security.login",), "30 per minute; 300 per hour", "signing_in",
        "a whole office signs in from one address in the morning; only wrong passwords count", counts=not_signed_in,
        applies=is_strange_here,
    ),
    Budget(
        "sign_in_account", ("security.login",), sign_in_pace, "signing_in",
        "one account from one address; the pace falls when the account is guessed from many",
        key=account_and_client, counts=account_missed, applies=is_strange_here,
    ),
    Budget(
        "sign_in_known", ("security.login",), "6 per minute; 40 per hour", "signing_in",
        "a browser in which this account has signed in before: nobody behind the same address uses up its tries",
        key=browser_and_account, counts=not_signed_in, applies=is_known_here,
    ),
    Budget(
        "second_step", SECOND_STEP, "60 per minute; 600 per hour", "signing_in",
        "a whole office signs in from one address in the morning; only what was not right counts",
        counts=factor_missed,
    ),
    Budget(
        "second_step_account", SECOND_STEP, "10 per minute; 40 per hour", "signing_in",
        "whoever gets this far knows the password; the database lets one account wait longer after each miss as well "
        "(identity/factors/rules.py), and passkeys and recovery codes are not guessed",
        key=pending_factor, counts=factor_missed,
    ),
    Budget(
        "recovery", ("recovery.ask",), "10 per minute; 60 per hour", "signing_in",
        "an office behind one address forgets a few passwords a morning; how often one mailbox is written to is "
        "held by identity/recovery_rules.py, whoever asks from wherever",
    ),
    Budget(
        "recovery_account", ("recovery.ask",), "3 per minute; 10 per hour", "signing_in",
        "one person asks once or twice; counted for the address named and the client together, so that nobody uses "
        "up the tries of another", key=account_and_client,
    ),
    Budget(
        "account_link", ("recovery.open_link", "invited.open_link"), "20 per minute; 200 per hour", "guessing",
        "a link is signed, so this is for the peace of the log; only links that open nothing are counted",
        methods=("GET",), counts=missed,
    ),
    Budget(
        "new_password", ("recovery.choose", "invited.accept"), "20 per minute; 200 per hour", "signing_in",
        "judging and hashing a password costs a quarter of a second of a processor; who is refused tries again a "
        "few times",
    ),
    Budget(
        "change_password", ("account.password",), "5 per minute; 20 per hour", "signing_in",
        "whoever sits at an open session may not guess the password that stands before it; only refusals count",
        key=own_account, counts=missed,
    ),
    Budget(
        "sso", ("sso.start", "sso.back", "sso.left"), "60 per minute; 600 per hour", "signing_in",
        "each may ask the identity provider and wait for it; a whole office signs in from one address in the morning",
        methods=("GET",),
    ),
    Budget(
        "sign_cycle", ("evaluation.sign",), "10 per minute; 60 per hour", "signing_in",
        "a signature asks for the password once more; nobody signs ten cycles a minute",
    ),
)  # fmt: skip

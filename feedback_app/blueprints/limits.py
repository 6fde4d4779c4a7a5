"""How often one client may do what: one table of budgets with their reasons, counted by Flask-Limiter.

What citizens send is counted in two tiers. A process first counts by itself; only a client above the soft threshold is
counted on Redis. A normal submit so costs no command there, and a Redis that is away or hangs is never in its way.
Guesses (a code, a token, a password) are counted on Redis from the first miss, and only misses are.
When Redis does not answer, each process counts alone by the same table until it does again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, cast

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter import Limiter, RateLimitExceeded
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from feedback_app.blueprints.errors import problem
from feedback_app.blueprints.guessing import (
    EVERYBODY,
    SOFT_SECONDS,
    Tallies,
    account_and_client,
    account_missed,
    guesses,
    guessing_pace,
    leafs,
    missed,
    missed_anywhere,
    not_signed_in,
    searches,
    sign_in_pace,
    tallies,
    wrong_key,
)
from feedback_app.blueprints.networks import client_key, warn_of_hidden_proxy
from feedback_app.blueprints.sentences import translated
from feedback_app.config import Settings

View = Callable[..., ResponseReturnValue]

# A Redis that hangs costs one request so much, and then none for a while.
REDIS_SECONDS: Final = 0.2
LIMIT_SENTENCES: Final = {
    "sending": "Kiriman dari jaringan Anda sedang sangat banyak. Tunggu, tekan Kembali, lalu kirim lagi; "
    "isian Anda masih ada di halaman sebelumnya.",
    "guessing": "Sudah terlalu banyak percobaan dari jaringan Anda. Periksa kembali kodenya.",
    "signing_in": "Sudah terlalu banyak percobaan masuk. Akun tidak dikunci; tekan Kembali setelah menunggu.",
    "reading": "Permintaan dari jaringan Anda sedang sangat banyak.",
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
    "tracking.verdict", "tracking.message", "tracking.contact", "tracking.contact_removal", "tracking.join",
    "tracking.leave", "tracking.data", "tracking.erasure", "tracking.withdrawal", "tracking.withdrawal_undone",
)  # fmt: skip

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
        "figures", ("public.unit_json", "public.unit_csv"), "120 per minute", "reading",
        "programs that take the figures of every unit do so one after another", methods=("GET",), soft=60,
    ),
    Budget(
        "counter_key", ("counter_api.issue", "counter_api.count"), "20 per minute; 200 per hour", "guessing",
        "a machine at a counter has its key or has not; what a key may do is budgeted by its own day",
        counts=wrong_key,
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
    ),
    Budget(
        "sign_in_account", ("security.login",), sign_in_pace, "signing_in",
        "one account from one address; the pace falls when the account is guessed from many",
        key=account_and_client, counts=account_missed,
    ),
)  # fmt: skip


def register_limits(app: Flask, known: Settings) -> None:
    """Lay the budgets upon the endpoints, unless `RATE_LIMITS` is off."""
    app.config["RATELIMIT_ENABLED"] = known.rate_limits
    if not known.rate_limits:
        return
    if known.trusted_proxies == 0:
        warn_of_hidden_proxy(app)
    app.extensions["suara_tallies"] = Tallies()
    limiter = Limiter(
        client_key,
        app=app,
        **_storage(known.redis_url),
        key_prefix="suara",
        strategy="fixed-window",
        in_memory_fallback_enabled=True,
        # After the answer is made nothing may fail any more for want of a counter.
        swallow_errors=True,
    )
    # It would look for limits before every request; ours stand on their endpoints, and are looked at there.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    for budget in BUDGETS:
        _lay(app, limiter, budget)
    app.register_error_handler(RateLimitExceeded, lambda error: _too_many(limiter, error))


def _storage(redis_url: str | None) -> dict[str, Any]:
    if redis_url is None:
        return {"storage_uri": "memory://"}
    pool = ConnectionPool.from_url(
        redis_url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS, retry=Retry(NoBackoff(), 0)
    )
    return {"storage_uri": "redis://", "storage_options": {"connection_pool": pool}}


def _lay(app: Flask, limiter: Limiter, budget: Budget) -> None:
    limited = limiter.shared_limit(
        budget.limit,
        scope=budget.scope,
        key_func=budget.key,
        methods=[method.lower() for method in budget.counted_methods],
        error_message=LIMIT_SENTENCES[budget.sentence],
        exempt_when=lambda: _is_exempt(budget),
        deduct_when=budget.counts,
    )
    for endpoint in budget.endpoints:
        view = app.view_functions.get(endpoint)
        if view is not None:
            counted = cast(View, limited(view))
            app.view_functions[endpoint] = (
                counted if budget.soft is None else _two_tiered(cast(View, view), counted, budget)
            )


def _two_tiered(view: View, counted: View, budget: Budget) -> View:
    """Return a view that goes past Flask-Limiter, which takes a tenth of a millisecond, below the soft threshold."""

    @wraps(view)
    def either(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if _is_exempt(budget) else counted(*args, **kwargs)

    return either


def _is_exempt(budget: Budget) -> bool:
    """Tell whether Redis need not be asked; counts the client in this process, once a request."""
    if budget.applies is not None and not budget.applies():
        return True
    if request.method not in budget.counted_methods:
        return True
    if budget.soft is None:
        return False
    counted: dict[str, int] = g.setdefault("limits_counted", {})
    if budget.scope not in counted:
        counted[budget.scope] = tallies().clients.add(f"{budget.scope}:{budget.key()}")
    return counted[budget.scope] <= budget.soft


def _too_many(limiter: Limiter, error: RateLimitExceeded) -> ResponseReturnValue:
    seconds = _seconds_left(limiter, error)
    when = gettext("Coba lagi dalam sekitar %(minutes)d menit.", minutes=-(-seconds // 60))
    sentence = f"{translated(str(error.description))} {when}"
    answer = make_response(problem(429, "too_many_requests", sentence))
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _seconds_left(limiter: Limiter, error: RateLimitExceeded) -> int:
    window: int = error.limit.limit.get_expiry() if error.limit else SOFT_SECONDS
    try:
        current = limiter.current_limit
        left = int(current.reset_at - time.time()) + 1 if current else window
    except RedisError:
        return window
    return max(1, min(left, window))

"""Hold every client to the table of `budgets`, counted by Flask-Limiter.

What citizens send is counted in two tiers. A process first counts by itself; only a client above the soft threshold is
counted on Redis. A normal submit so costs no command there, and a Redis that is away or hangs is never in its way.
Guesses (a code, a token, a password) are counted on Redis from the first miss, and only misses are.
When Redis does not answer, each process counts alone by the same table until it does again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from flask import Flask, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_limiter import Limiter, RateLimitExceeded
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from feedback_app.blueprints.budgets import BUDGETS, DRAWN_AGAIN, LIMIT_SENTENCES, Budget
from feedback_app.blueprints.errors import problem, wants_json
from feedback_app.blueprints.expired_forms import drawn_under
from feedback_app.blueprints.guessing import SOFT_SECONDS, Tallies, tallies
from feedback_app.blueprints.networks import client_key, warn_of_hidden_proxy
from feedback_app.blueprints.sentences import translated
from feedback_app.blueprints.staff_budgets import staff_budgets
from feedback_app.config import Settings

View = Callable[..., ResponseReturnValue]

log = logging.getLogger(__name__)

# A Redis that hangs costs one request so much, and then none for a while.
REDIS_SECONDS: Final = 0.2
# Nobody counts in minutes beyond an hour and a half.
_HOURS_FROM: Final = 5400


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
    for budget in (*BUDGETS, *staff_budgets(app)):
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
    log.info("A budget is used up at %s", request.endpoint)
    seconds = _seconds_left(limiter, error)
    sentence = f"{translated(str(error.description))} {_when(seconds)}"
    drawn = drawn_under([sentence]) if request.endpoint in DRAWN_AGAIN and not wants_json() else None
    answer = make_response(problem(429, "too_many_requests", sentence) if drawn is None else drawn)
    answer.status_code = 429
    answer.headers["Retry-After"] = str(seconds)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _when(seconds: int) -> str:
    if seconds > _HOURS_FROM:
        return str(gettext("Coba lagi dalam sekitar %(hours)d jam.", hours=-(-seconds // 3600)))
    return str(gettext("Coba lagi dalam sekitar %(minutes)d menit.", minutes=-(-seconds // 60)))


def _seconds_left(limiter: Limiter, error: RateLimitExceeded) -> int:
    window: int = error.limit.limit.get_expiry() if error.limit else SOFT_SECONDS
    try:
        current = limiter.current_limit
        left = int(current.reset_at - time.time()) + 1 if current else window
    except RedisError:
        return window
    return max(1, min(left, window))

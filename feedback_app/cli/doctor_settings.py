"""What `feedback doctor` sees in the settings alone."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from feedback_app.cli.doctor_lines import Lines, bad, judged, ok, warn
from feedback_app.config import Settings

_HERE: Final = {"localhost", "127.0.0.1", "::1", None}
# Fewer kinds of characters than this is a word somebody typed, or one key held down.
_KINDS: Final = 10


def is_public(settings: Settings) -> bool:
    """Tell whether citizens are meant to reach this installation: what is no fault of a trial then is one."""
    host = urlsplit(settings.public_url or "").hostname
    return settings.public_url is not None and host not in _HERE


def address(settings: Settings) -> Lines:
    """Look at the address that citizens use, and at what protects the way to it."""
    if settings.public_url is None:
        yield warn(
            "public_url", "PUBLIC_URL is not set: any Host header is believed", "set it to the public https address"
        )
        return
    if not is_public(settings):
        yield ok("public_url", f"PUBLIC_URL {settings.public_url} is this machine alone")
        return
    if settings.public_url.startswith("http://"):
        yield bad("public_url", "pages are reached without TLS", "put a proxy with TLS in front, PUBLIC_URL=https://…")
        return
    yield ok("public_url", f"PUBLIC_URL {settings.public_url}")
    if settings.trusted_proxies == 0:
        yield warn(
            "trusted_proxies", "TRUSTED_PROXIES is 0, and TLS ends somewhere before the web server",
            "set it to the number of your proxies, or all citizens share one budget",
        )  # fmt: skip
    else:
        yield ok("trusted_proxies", f"{settings.trusted_proxies} proxies are believed")


def cookies(settings: Settings) -> Lines:
    """Look at whether cookies travel over TLS alone."""
    yield judged(
        "cookie_secure", f"COOKIE_SECURE is {'true' if settings.cookie_secure else 'false'}", "set COOKIE_SECURE=true",
        is_warn=False, is_bad=is_public(settings) and not settings.cookie_secure,
    )  # fmt: skip


def guards(settings: Settings) -> Lines:
    """Look at budgets, second factor, and what is written to logs."""
    public = is_public(settings)
    yield judged(
        "rate_limits", f"budgets are {'on' if settings.rate_limits else 'off'}", "unset RATE_LIMITS",
        is_warn=not settings.rate_limits, is_bad=False,
    )  # fmt: skip
    factor = getattr(settings, "second_factor", None)
    if factor is not None:
        yield judged(
            "second_factor", f"a second factor is {factor}", "set SECOND_FACTOR=REQUIRED",
            is_warn=factor == "offered", is_bad=public and factor == "offered",
        )  # fmt: skip
    yield judged(
        "log_level", f"LOG_LEVEL is {settings.log_level}", "set LOG_LEVEL=INFO",
        is_warn=settings.log_level == "DEBUG", is_bad=public and settings.log_level == "DEBUG",
    )  # fmt: skip
    debug = [name for name in ("FLASK_DEBUG", "PYTHONASYNCIODEBUG", "WERKZEUG_DEBUG_PIN") if os.environ.get(name)]
    yield judged(
        "debug", f"debugging: {', '.join(debug) or 'off'}", f"unset {', '.join(debug)}",
        is_warn=False, is_bad=bool(debug),
    )  # fmt: skip
    if not getattr(settings, "security_contact", None) and public:
        yield warn("security_contact", "nobody is told where to report a weakness", "set SECURITY_CONTACT")


def secret(settings: Settings) -> Lines:
    """Look at whether the secret is one."""
    given = {"SECRET_KEY": settings.secret_key, "LASTING_SECRET": settings.lasting_secret}
    for name, value in given.items():
        if value:
            weak = len(set(value)) < _KINDS
            yield judged(
                name.lower(), f"{name} is {'easily guessed' if weak else 'set'}",
                f"give at least 32 random characters; for {name} read docs/operations.md first",
                is_warn=False, is_bad=weak,
            )  # fmt: skip


def mail(settings: Settings) -> Lines:
    """Look at whether anything can be sent."""
    yield judged(
        "mail", "mail goes out" if settings.smtp_url else "no mail leaves this installation",
        "set SMTP_URL and MAIL_FROM; until then hand links of invitation and recovery over from the command line",
        is_warn=not settings.smtp_url, is_bad=False,
    )  # fmt: skip


def model(settings: Settings) -> Lines:
    """Read the manifest of the classifier that would serve."""
    from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, load

    folder = settings.model_dir or DEFAULT_ARTEFACT
    yield ok("model", f"the classifier is {load(folder).manifest['model_version']}")


CHECKS: Final = {
    "public_url": address, "cookie_secure": cookies, "guards": guards, "secret_key": secret, "mail": mail,
    "model": model,
}  # fmt: skip

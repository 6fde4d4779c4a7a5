"""One variable of the environment, read in its form; a value of another form is refused in a sentence that names it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from feedback_app.errors import ConfigurationError

SECRET_MIN: Final = 32


def read_url(env: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    """Return an address that begins with one of the schemes, None where the variable is unset.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = env.get(name)
    if not value:
        return None
    if urlsplit(value).scheme not in schemes:
        raise ConfigurationError(f"{name} must begin with one of: {', '.join(sorted(s + '://' for s in schemes))}")
    return value


def read_server(env: Mapping[str, str], name: str, schemes: set[str]) -> str | None:
    """Return the address of a server, None where the variable is unset.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = read_url(env, name, schemes)
    try:
        is_named = value is None or (urlsplit(value).hostname and urlsplit(value).port != 0)
    except ValueError:
        is_named = False
    if not is_named:
        # The value itself stays out of the message: it may hold a password.
        raise ConfigurationError(f"{name} must name a server, and a port from 1 to 65535 if any.")
    return value


def read_number(env: Mapping[str, str], name: str, default: int | None, low: int, high: int) -> int | None:
    """Return a whole number within its bounds.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = env.get(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise ConfigurationError(f"{name} must be a whole number from {low} to {high}, not {value!r}.")
    return int(value)


def read_flag(env: Mapping[str, str], name: str, default: str = "false") -> bool:
    """Return whether a variable says true.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = (env.get(name) or default).lower()
    if value not in {"true", "false", "1", "0"}:
        raise ConfigurationError(f"{name} must be true or false, not {value!r}.")
    return value in {"true", "1"}


def read_choice(env: Mapping[str, str], name: str, default: str, allowed: set[str]) -> str:
    """Return one of the words a variable may hold, in capitals.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = (env.get(name) or default).upper()
    if value not in allowed:
        raise ConfigurationError(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}.")
    return value


def read_secret(env: Mapping[str, str], name: str) -> str | None:
    """Return a secret that nobody guesses, None where the variable is unset.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    value = env.get(name) or None
    if value and len(value) < SECRET_MIN:
        raise ConfigurationError(f"{name} is too short: give at least {SECRET_MIN} random characters.")
    return value


def read_secrets(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return several secrets, separated by commas, none where the variable is unset.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    values = tuple(value.strip() for value in env.get(name, "").split(",") if value.strip())
    if any(len(value) < SECRET_MIN for value in values):
        raise ConfigurationError(f"{name}: each secret needs at least {SECRET_MIN} characters.")
    return values


def is_vault_key(value: object) -> bool:
    """Tell whether this is a key of the contact vault: 32 bytes in URL-safe base 64."""
    try:
        return isinstance(value, str) and len(base64.b64decode(value, altchars=b"-_", validate=True)) == 32
    except (ValueError, UnicodeEncodeError):
        return False

"""The identity providers of an installation, read from the TOML file that `OIDC_PROVIDERS_FILE` names.

A mistake in the file stops the start with a sentence that names the provider and the key; a provider that is away does
not, for it is asked when somebody signs in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from feedback_app.errors import ConfigurationError

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_DISCOVERY: Final = "/.well-known/openid-configuration"
_NEEDED: Final = ("name", "title", "issuer", "client_id")
_TEXTS: Final = (
    *_NEEDED, "discovery_url", "client_secret", "client_secret_env", "email_claim", "email_is_verified", "name_claim",
    "token_auth",
)  # fmt: skip
_LISTS: Final = ("scopes", "second_factor_amr", "second_factor_acr", "email_domains")
_DOMAIN: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
# A minute is less than a sign-in takes; a week is as good as no limit.
_AGES: Final = range(60, 7 * 24 * 3600 + 1)
_VERIFIED: Final = ("claim", "always")
_TOKEN_AUTH: Final = {"basic": "client_secret_basic", "post": "client_secret_post"}


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider and what is believed of it."""

    name: str
    title: str
    issuer: str
    discovery_url: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    email_claim: str = "email"
    email_is_always_verified: bool = False
    email_domains: tuple[str, ...] = ()
    name_claim: str = "name"
    token_auth: str = "client_secret_basic"  # noqa: S105 - the name of a way
    trusts_second_factor: bool = False
    second_factor_amr: tuple[str, ...] = ()
    second_factor_acr: tuple[str, ...] = ()
    timeout_seconds: int = 5
    max_age: int | None = None

    @property
    def is_local(self) -> bool:
        """Tell whether it runs on this machine, where https is not asked for."""
        return urlsplit(self.issuer).hostname in _LOCAL

    def speaks_for(self, email: str) -> bool:
        """Tell whether addresses such as this one are among those the provider may give; all are where none are named.

        A domain stands for itself, not for those below it.
        """
        return not self.email_domains or email.rpartition("@")[2].casefold() in self.email_domains


def read_providers(path: Path | None, environ: Mapping[str, str]) -> tuple[Provider, ...]:
    """Return the providers of a file in its order; none where there is no file. Secrets may stand in `environ`.

    Raises
    ------
    feedback_app.errors.ConfigurationError
    """
    if path is None:
        return ()
    try:
        parsed = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"OIDC_PROVIDERS_FILE: {path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"OIDC_PROVIDERS_FILE: {path} is no TOML ({error}).") from error
    entries = parsed.get("provider")
    if set(parsed) != {"provider"} or not isinstance(entries, list) or not entries:
        raise ConfigurationError(f"OIDC_PROVIDERS_FILE: {path} must hold [[provider]] tables and nothing else.")
    found = tuple(_provider(entry, number, environ) for number, entry in enumerate(entries, start=1))
    for what in ("name", "issuer"):
        values = [getattr(provider, what) for provider in found]
        if len(set(values)) < len(values):
            raise ConfigurationError(f"OIDC_PROVIDERS_FILE: two providers have the same {what}.")
    return found


def _provider(entry: Any, number: int, environ: Mapping[str, str]) -> Provider:
    if not isinstance(entry, dict):
        raise ConfigurationError(f"OIDC_PROVIDERS_FILE: provider {number} is no table.")
    where = f"OIDC_PROVIDERS_FILE, provider {entry.get('name', number)!r}"
    _check_forms(entry, where)
    if not _NAME.fullmatch(entry["name"]):
        raise ConfigurationError(f"{where}: name takes small letters, digits and hyphens, as in 'sso-kota'.")
    issuer = _address(entry["issuer"], f"{where}: issuer")
    given = {key: entry[key] for key in ("email_claim", "name_claim") if key in entry}
    trusts = entry.get("trusts_second_factor", False)
    amr, acr = (tuple(entry.get(f"second_factor_{kind}", ())) for kind in ("amr", "acr"))
    if trusts and not (amr or acr):
        raise ConfigurationError(
            f"{where}: trusts_second_factor needs second_factor_amr or second_factor_acr: which values say so?"
        )
    return Provider(
        name=entry["name"], title=entry["title"].strip(), issuer=issuer, client_id=entry["client_id"],
        discovery_url=_address(entry.get("discovery_url", issuer.rstrip("/") + _DISCOVERY), f"{where}: discovery_url"),
        client_secret=_secret(entry, where, environ), scopes=_scopes(entry, where),
        email_is_always_verified=_one_of(entry, "email_is_verified", _VERIFIED, where) == "always",
        token_auth=_TOKEN_AUTH[_one_of(entry, "token_auth", tuple(_TOKEN_AUTH), where)], trusts_second_factor=trusts,
        second_factor_amr=amr, second_factor_acr=acr, email_domains=_domains(entry, where),
        timeout_seconds=_timeout(entry, where), max_age=_max_age(entry, where), **given,
    )  # fmt: skip


def _check_forms(entry: Mapping[str, Any], where: str) -> None:
    unknown = sorted(set(entry) - {*_TEXTS, *_LISTS, "trusts_second_factor", "timeout_seconds", "max_age"})
    if unknown:
        raise ConfigurationError(f"{where}: unknown key {unknown[0]!r}.")
    for key in _TEXTS:
        if key in entry and not (isinstance(entry[key], str) and entry[key].strip() and entry[key].isprintable()):
            raise ConfigurationError(f"{where}: {key} must be words between quotes.")
    for key in _LISTS:
        if key in entry and not (isinstance(entry[key], list) and all(isinstance(one, str) for one in entry[key])):
            raise ConfigurationError(f'{where}: {key} must be a list of words, as in ["otp", "mfa"].')
    if not isinstance(entry.get("trusts_second_factor", False), bool):
        raise ConfigurationError(f"{where}: trusts_second_factor must be true or false.")
    missing = [key for key in _NEEDED if key not in entry]
    if missing:
        raise ConfigurationError(f"{where}: {missing[0]} is missing.")


def _address(raw: str, where: str) -> str:
    """Return an address that goes over TLS, or stays on this machine (OpenID Connect Discovery 1.0, section 4)."""
    parts = urlsplit(raw)
    is_local = parts.scheme == "http" and parts.hostname in _LOCAL
    if (parts.scheme != "https" and not is_local) or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError(f"{where} must read like https://sso.kota.go.id/realms/pegawai, not {raw!r}.")
    return raw


def _secret(entry: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> str:
    named, written = entry.get("client_secret_env"), entry.get("client_secret")
    if bool(named) == bool(written):
        raise ConfigurationError(f"{where}: give client_secret_env, the name of a variable, or else client_secret.")
    if written:
        return str(written)
    value = environ.get(str(named), "")
    if not value:
        raise ConfigurationError(f"{where}: the variable {named} holds no client secret.")
    return value


def _scopes(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    scopes = tuple(entry.get("scopes", ("openid", "email", "profile")))
    if "openid" not in scopes or any(not scope or " " in scope for scope in scopes):
        raise ConfigurationError(f'{where}: scopes must hold "openid", each scope as a word of its own.')
    return scopes


def _one_of(entry: Mapping[str, Any], key: str, allowed: tuple[str, ...], where: str) -> str:
    value = str(entry.get(key, allowed[0]))
    if value not in allowed:
        raise ConfigurationError(f"{where}: {key} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _timeout(entry: Mapping[str, Any], where: str) -> int:
    value = entry.get("timeout_seconds", 5)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 30:
        raise ConfigurationError(f"{where}: timeout_seconds must be a whole number from 1 to 30.")
    return value


def _domains(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found = tuple(str(one).casefold() for one in entry.get("email_domains", ()))
    if not all(_DOMAIN.fullmatch(one) for one in found):
        raise ConfigurationError(f'{where}: email_domains must hold domains alone, as in ["kupangkota.go.id"].')
    return found


def _max_age(entry: Mapping[str, Any], where: str) -> int | None:
    value = entry.get("max_age")
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value not in _AGES):
        raise ConfigurationError(f"{where}: max_age must be a whole number of seconds from {_AGES[0]} to {_AGES[-1]}.")
    return value

"""The providers of this installation as they describe themselves, read through Authlib and checked.

What Authlib leaves to its caller is asked for here: that the discovery document is the issuer's own, names addresses
with TLS, takes PKCE and signs with public keys. Source: OpenID Connect Discovery 1.0 (3, 4.3), RFC 9700.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth
from flask import Flask, current_app
from requests import RequestException

from feedback_app.errors import DomainError
from feedback_app.identity.sso.provider_file import Provider
from feedback_app.identity.sso.rules import is_strong_key

log = logging.getLogger(__name__)

# Signed with the provider's private key. With HS256 the shared secret signs, and "none" signs nothing.
ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"})
STATE_SECONDS: Final = 600
# A provider moves its endpoints rarely, and its keys are fetched anew when an unknown one comes.
METADATA_SECONDS: Final = 3600
_EXTENSION: Final = "suara_sso"
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderAwayError(DomainError):
    """The provider does not answer, or not as the standard says."""

    status = 424
    code = "provider_away"


def register_providers(app: Flask, providers: tuple[Provider, ...]) -> None:
    """Keep the providers of this installation and a client for each; nothing is asked of them yet."""
    oauth = OAuth(app)
    for provider in providers:
        client = oauth.register(
            provider.name, client_id=provider.client_id, client_secret=provider.client_secret,
            server_metadata_url=provider.discovery_url,
            client_kwargs={
                "scope": " ".join(provider.scopes), "code_challenge_method": "S256",
                "default_timeout": provider.timeout_seconds, "token_endpoint_auth_method": provider.token_auth,
                # Description, keys and tokens come from the addresses that were checked, or not at all.
                "max_redirects": 0,
            },
        )  # fmt: skip
        client.framework.expires_in = STATE_SECONDS
        client.fetch_jwk_set = _strong_alone(provider, client.fetch_jwk_set)
    app.extensions[_EXTENSION] = ({provider.name: provider for provider in providers}, oauth)


def providers() -> Mapping[str, Provider]:
    """Return the providers by name, in the order of the file."""
    found: Mapping[str, Provider] = current_app.extensions[_EXTENSION][0]
    return found


def metadata(provider: Provider) -> Mapping[str, Any]:
    """Return the provider's own description, at most an hour old, checked.

    Raises
    ------
    ProviderAwayError
    """
    client = client_of(provider)
    if client.server_metadata.get("_loaded_at", 0) < time.time() - METADATA_SECONDS:
        client.server_metadata = {}
    try:
        found: dict[str, Any] = client.load_server_metadata()
    except (RequestException, ValueError, TypeError) as error:
        client.server_metadata = {}
        raise away(provider, error) from error
    wrong = problem_of(provider, found)
    if wrong is not None:
        client.server_metadata = {}
        log.error("Identity provider %s: %s", provider.name, wrong)
        raise _unusable() from ValueError(wrong)
    signed_with = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [name for name in signed_with if name in ALGORITHMS]
    return found


def way_out(provider: Provider, back: str) -> str | None:
    """Return the address at which the provider ends its own sign-in (RP-Initiated Logout 1.0); None where it has none.

    No token is kept here to name the sign-in with, so the provider asks its user once more.

    Raises
    ------
    ProviderAwayError
    """
    if not metadata(provider).get("end_session_endpoint"):
        return None
    made: dict[str, str] = client_of(provider).create_logout_url(back, client_id=provider.client_id)
    return made["url"]


def problem_with(provider: Provider) -> str | None:
    """Ask a provider, and return what keeps it from being used, in English; None where it can be."""
    try:
        metadata(provider)
        keys = keys_of(provider)
    except ProviderAwayError as error:
        return str(error.__cause__ or "its description is wrong; the log says what")
    except (RequestException, ValueError, TypeError) as error:
        return f"its keys cannot be read: {error}"
    return None if keys else "it publishes no keys that can be used (RSA: 2048 bits or more)"


def keys_of(provider: Provider) -> int:
    """Return how many public keys a provider publishes that are strong enough."""
    return len(client_of(provider).fetch_jwk_set(force=True).get("keys", []))


def problem_of(provider: Provider, found: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a provider's description, in English for whoever runs the server; None if nothing."""
    if found.get("issuer") != provider.issuer:
        return f"its issuer is {found.get('issuer')!r}, not {provider.issuer!r} (Discovery 1.0, 4.3)"
    named = (*_ENDPOINTS, "end_session_endpoint") if found.get("end_session_endpoint") else _ENDPOINTS
    for name in named:
        address = urlsplit(str(found.get(name) or ""))
        if not address.hostname or (address.scheme != "https" and not provider.is_local):
            return f"{name} is no address with https"
    methods = found.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:
        return "it does not take PKCE with S256"
    signed_with = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    if not ALGORITHMS & set(signed_with):
        return f"it signs with {signed_with}, none of which is a public-key signature"
    return None


def client_of(provider: Provider) -> Any:
    """Return Authlib's client of a provider."""
    return current_app.extensions[_EXTENSION][1].create_client(provider.name)


def away(provider: Provider, error: Exception) -> ProviderAwayError:
    """Return the sentence for a provider that does not answer, and note it in the log."""
    log.error("Identity provider %s does not answer: %s", provider.name, type(error).__name__)
    return _unusable()


def _unusable() -> ProviderAwayError:
    return ProviderAwayError(
        "Layanan masuk instansi sedang tidak dapat dihubungi. Coba lagi nanti, atau masuk dengan kata sandi."
    )


def _strong_alone(provider: Provider, fetch: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
    """Return the keys of a provider without those that are too weak; the library only warns of them."""

    def fetch_strong(force: bool = False) -> dict[str, Any]:
        found = fetch(force=force)
        if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
            raise ValueError("no set of keys")
        strong = [key for key in found["keys"] if is_strong_key(key)]
        if len(strong) < len(found["keys"]):
            log.warning("Identity provider %s: a short RSA key is not used", provider.name)
            # Into what the library keeps, so that it is said once.
            found["keys"] = strong
        return found

    return fetch_strong

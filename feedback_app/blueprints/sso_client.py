"""Speak OpenID Connect with a provider: authorization code with PKCE, state and nonce, by Authlib's Flask client.

What Authlib leaves to its caller is asked for here: that the token is for us, that a state is used once and soon, and
that the answer comes from the server that was asked.
Sources: OpenID Connect Core 1.0 (3.1.2, 3.1.3.7), RFC 7636, RFC 9207, RFC 9700.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.integrations.base_client import OAuthError
from flask import request, session
from flask.typing import ResponseReturnValue
from joserfc.errors import JoseError
from requests import RequestException

from feedback_app import clock
from feedback_app.blueprints.sso_metadata import away, client_of, metadata
from feedback_app.errors import DomainError
from feedback_app.identity.sso.provider_file import Provider
from feedback_app.identity.sso.rules import Person, claim_at, is_second_factor, proved_at

log = logging.getLogger(__name__)

LEEWAY_SECONDS: Final = 60
_LEEWAY: Final = timedelta(seconds=LEEWAY_SECONDS)
# As many tabs as somebody opens before one of them is finished; each takes room in the cookie.
_STATES_MOST: Final = 3


class SsoRefusedError(DomainError):
    """What came back from the provider does not prove who somebody is."""

    status = 400
    code = "sso_refused"


def to_provider(provider: Provider, back: str, *, anew: bool = False) -> ResponseReturnValue:
    """Return the way to the provider's own sign-in page, which leads back to the address `back`.

    With `anew` the provider is asked to let somebody show who they are even where they are signed in there.

    Raises
    ------
    ProviderAwayError
    """
    metadata(provider)
    _drop_old_states(provider)
    # Both, because each is left out by some providers (OpenID Connect Core 1.0, 3.1.2.1).
    asked: dict[str, Any] = {"prompt": "login", "max_age": 0} if anew else {"max_age": provider.max_age}
    wanted = {name: value for name, value in asked.items() if value is not None}
    answer: ResponseReturnValue = client_of(provider).authorize_redirect(back, **wanted)
    return answer


def person_from(provider: Provider, *, since: datetime | None = None) -> Person:
    """Return who came back from the provider, after everything about the answer was checked.

    They have to have shown the provider who they are after `since`; without it, within the `max_age` of its entry.

    Raises
    ------
    SsoRefusedError
        Wrong or old state, a code that is used up, a token of another issuer or audience, of another sign-in, unsigned,
        or too old; an address that the provider may not give; shown to it too long ago. What exactly stands in the
        log, without the token.
    ProviderAwayError
    """
    known = metadata(provider)
    _check_answer(provider, known)
    client = client_of(provider)
    try:
        token = client.authorize_access_token(
            claims_options={
                "iss": {"essential": True, "values": [provider.issuer]},
                # Without this Authlib takes a token for any audience.
                "aud": {"essential": True, "values": [provider.client_id]},
            },
            leeway=LEEWAY_SECONDS,
        )
    except RequestException as error:
        raise away(provider, error) from error
    except (OAuthError, JoseError) as error:
        raise _refused(provider, getattr(error, "error", None) or type(error).__name__) from error
    except (ValueError, KeyError, TypeError) as error:
        # Not JSON, or JSON of another shape.
        raise _refused(provider, type(error).__name__) from error
    claims = token.get("userinfo")
    # Authlib looks for the id_token only where there is one.
    if not claims or not isinstance(claims.get("sub"), str) or not 1 <= len(claims["sub"]) <= 255:
        raise _refused(provider, "no_id_token")
    who = _person(provider, dict(claims))
    _check_age(provider, who, since)
    if who.email is not None and not provider.speaks_for(who.email):
        log.warning("Identity provider %s: answer refused (domain of the address)", provider.name)
        raise SsoRefusedError(
            "Alamat surel akun itu bukan alamat instansi yang boleh masuk lewat cara ini. Pakai akun instansi Anda "
            "sendiri, atau masuk dengan kata sandi."
        )
    return who


def _check_age(provider: Provider, who: Person, since: datetime | None) -> None:
    """Refuse somebody who showed the provider who they are too long ago, or at a time that it does not tell."""
    if since is None and provider.max_age is not None:
        since = clock.utcnow() - timedelta(seconds=provider.max_age)
    if since is None or (who.proved_at is not None and who.proved_at >= since - _LEEWAY):
        return
    why = "too old" if who.proved_at is not None else "not told"
    log.warning("Identity provider %s: answer refused (auth_time %s)", provider.name, why)
    raise SsoRefusedError(
        "Penyedia masuk instansi tidak menyatakan bahwa Anda baru saja masuk di sana. Keluar dahulu dari akun instansi "
        "itu, lalu coba lagi; bila tetap begitu, hubungi pengelola server."
    )


def _drop_old_states(provider: Provider) -> None:
    marks = [key for key in session if key.startswith(f"_state_{provider.name}_")]
    by_age = sorted(marks, key=lambda key: session[key].get("exp", 0))
    for key in by_age[: max(0, len(by_age) - _STATES_MOST + 1)]:
        session.pop(key)


def _check_answer(provider: Provider, known: Mapping[str, Any]) -> None:
    """Refuse an answer that is old, comes from another server, or says that nobody was let in."""
    key = f"_state_{provider.name}_{request.args.get('state', '')}"
    held = session.get(key)
    if held is None or held.get("exp", 0) < time.time():
        session.pop(key, None)
        raise _refused(provider, "unknown_state")
    # RFC 9207: an answer that names another issuer was meant for somebody else.
    named = request.args.get("iss")
    if named is None and known.get("authorization_response_iss_parameter_supported") is True:
        raise _refused(provider, "missing_iss")
    if named is not None and named != provider.issuer:
        raise _refused(provider, "wrong_iss")
    if request.args.get("error"):
        session.pop(key, None)
        raise SsoRefusedError(
            "Masuk lewat akun instansi dibatalkan atau ditolak. Coba lagi, atau masuk dengan kata sandi."
        )


def _person(provider: Provider, claims: dict[str, Any]) -> Person:
    email, name = claim_at(claims, provider.email_claim), claim_at(claims, provider.name_claim)
    has_email = isinstance(email, str) and "@" in email
    verified = provider.email_is_always_verified or claims.get("email_verified") is True
    return Person(
        issuer=provider.issuer, subject=claims["sub"], email=email if has_email else None,
        has_verified_email=has_email and verified, name=name if isinstance(name, str) else None,
        has_second_factor=is_second_factor(
            claims, trusted=provider.trusts_second_factor, wanted_amr=provider.second_factor_amr,
            wanted_acr=provider.second_factor_acr,
        ),
        claims=claims, proved_at=proved_at(claims, now=clock.utcnow(), leeway=_LEEWAY),
    )  # fmt: skip


def _refused(provider: Provider, why: str) -> SsoRefusedError:
    # The name of an error alone: descriptions may hold what somebody wrote into an address.
    log.warning("Identity provider %s: answer refused (%s)", provider.name, str(why)[:60])
    return SsoRefusedError("Masuk lewat akun instansi belum berhasil. Mulai lagi dari tombolnya di halaman masuk.")

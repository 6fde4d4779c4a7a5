"""Identity providers of the tests: a real one that somebody else wrote, and one that forges what it is told to."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from werkzeug import Request, Response
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from feedback_app.identity.sso.provider_file import Provider

with warnings.catch_warnings():
    # It still speaks through a part of Authlib that will be gone one day.
    warnings.simplefilter("ignore")
    import oidc_provider_mock

CLIENT_ID = "suara-layanan"
KEY = RSAKey.generate_key(2048, {"kid": "satu"}, auto_kid=False)
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "satu"}, auto_kid=False)


@contextmanager
def real_provider() -> Iterator[str]:
    """Run a real provider in a thread; give its issuer."""
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def provider_at(issuer: str, **changes: Any) -> Provider:
    """An entry of the file, for a provider on this machine."""
    given = {
        "name": "sso", "title": "SSO Kota", "issuer": issuer, "client_id": CLIENT_ID, "client_secret": "rahasia",
        "discovery_url": f"{issuer}/.well-known/openid-configuration", "timeout_seconds": 2, **changes,
    }  # fmt: skip
    return Provider(**given)


def known_there(issuer: str, subject: str, **claims: Any) -> None:
    """Let the real provider know somebody, with these claims and no others."""
    assert httpx.put(f"{issuer}/users/{subject}", json=claims).status_code == 204


def authorized(client: FlaskClient, subject: str, start: str = "/masuk/sso/sso") -> str:
    """Go to the real provider, let it authorize somebody, and return the address that leads back to us."""
    there = client.get(start).location
    assert there is not None
    back = httpx.post(there, data={"sub": subject})
    assert back.status_code == 302, back.text
    address = urlsplit(str(back.headers["location"]))
    return f"{address.path}?{address.query}"


def signed_in_by(client: FlaskClient, subject: str, start: str = "/masuk/sso/sso") -> TestResponse:
    """Sign somebody in through the real provider."""
    return client.get(authorized(client, subject, start))


@dataclass
class Forger:
    """A provider whose every answer can be changed; without changes it is an honest one."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: KEY)
    id_token: str | None = None
    without_token: bool = False
    access_token: str = "a"
    status: int = 200
    codes: list[dict[str, str]] = field(default_factory=list)
    nonce: str = ""
    # What the last way there asked for, the keys that are published, what stands in a token's head besides.
    asked: dict[str, str] = field(default_factory=dict)
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    header: dict[str, Any] = field(default_factory=dict)
    # Paths that lead elsewhere, and what was asked for there.
    moved: set[str] = field(default_factory=set)
    elsewhere: list[str] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        """Answer as a provider does."""
        if request.path.startswith("/pindah"):
            self.elsewhere.append(request.path)
        elif request.path in self.moved:
            return Response(status=307, headers={"Location": f"/pindah{request.path}"})
        if request.path.endswith("openid-configuration"):
            return _json(self._metadata(), self.status)
        if request.path.endswith("/jwks"):
            return _json({"keys": [key.as_dict(private=False) for key in self.keys]})
        self.codes.append(request.form.to_dict())
        token = {"access_token": self.access_token, "token_type": "Bearer", "expires_in": 60}
        if not self.without_token:
            token["id_token"] = self.id_token or self._signed()
        return _json(token)

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            **self.metadata,
        }

    def full_claims(self) -> dict[str, Any]:
        """The claims of the next token."""
        now = int(time.time())
        honest = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": "orang-1", "iat": now, "exp": now + 300, "nonce": self.nonce,
        }  # fmt: skip
        return {name: value for name, value in {**honest, **self.claims}.items() if value is not None}

    def _signed(self) -> str:
        with warnings.catch_warnings():
            # A short key signs as well; whether it is believed is what a test looks at.
            warnings.simplefilter("ignore")
            registry = JWSRegistry(algorithms=["RS256"], strict_check_header=False)
            return jwt.encode(
                {"alg": "RS256", "kid": "satu", **self.header}, self.full_claims(), self.key, registry=registry
            )


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value), status=status, mimetype="application/json")


@contextmanager
def forging() -> Iterator[Forger]:
    """Run a forger in a thread."""
    forger = Forger()
    server = make_server("localhost", 0, Request.application(forger.answer), threaded=True)
    forger.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def back_from(
    client: FlaskClient, forger: Forger, start: str = "/masuk/sso/sso", **changes: str
) -> TestResponse:  # fmt: skip
    """Begin at our page, and come back with a code as if the forger's page had been passed."""
    there = client.get(start).location
    assert there is not None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    forger.nonce, forger.asked = asked["nonce"], asked
    return client.get("/masuk/sso/sso/kembali", query_string={"state": asked["state"], "code": "kode-1", **changes})

"""Everything signed for a browser is signed with HMAC-SHA256: sessions, tokens of forms, marks of browsers.

itsdangerous and Flask sign with HMAC-SHA1 unless told otherwise; SHA-1 is no approved hash function any more (NIST SP
800-131A, ASVS 5.0, 11.4.1). Flask-WTF and Flask-Security take what itsdangerous does by default, and leave no choice.
"""

from __future__ import annotations

import hashlib

from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer


class SignedSessions(SecureCookieSessionInterface):
    """Sessions in a cookie, as Flask keeps them, under a signature of SHA-256."""

    digest_method = staticmethod(hashlib.sha256)


# Its documented way to choose for all signers of a process; an attribute of the class, so set once, when it is loaded.
Signer.default_digest_method = staticmethod(hashlib.sha256)

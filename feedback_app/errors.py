"""The family of errors a user may cause or meet; each has one status, one code and one clear sentence.

Rooms define their own members beside the functions that raise them. One handler in `app` shows them all, as a page
or as `application/problem+json`.
"""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """Something a user asked for that the rules do not allow.

    `status` is the HTTP status, `code` the stable machine-readable name. The message is a full sentence in
    Indonesian that says what to do next; it is shown to people as it stands.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(DomainError):
    """The thing does not exist, or does not exist for this user (the two must look the same)."""

    status = 404
    code = "not_found"


class InvalidInputError(DomainError):
    """What was sent cannot be accepted as it is."""

    status = 422
    code = "invalid_input"


class ConflictError(DomainError):
    """Somebody else was faster, or the thing is no longer in a state that allows this."""

    status = 409
    code = "conflict"


class ForbiddenError(DomainError):
    """The user is known and is not allowed to do this."""

    status = 403
    code = "forbidden"


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names it and says what to write."""

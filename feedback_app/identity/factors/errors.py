"""What may go wrong with second factors; each sentence says what to do next."""

from __future__ import annotations

from feedback_app.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


class ChallengeOverError(ConflictError):
    """The proof that was under way is over: too late, too many misses, or begun anew elsewhere."""

    code = "challenge_over"


class WrongCodeError(InvalidInputError):
    """A code that is of no step near now, or was taken before."""

    code = "wrong_code"


class LastFactorError(ConflictError):
    """The last factor of an account whose roles need one."""

    code = "last_factor"


class NoFactorError(ConflictError):
    """Recovery codes stand in for a factor; without one there is nothing they could stand in for."""

    code = "no_factor"


class UnknownPasskeyError(NotFoundError):
    """No such passkey, or one of another account."""

    code = "unknown_passkey"


class PasskeyNameError(InvalidInputError):
    """A passkey without a name, or with one too long, cannot be told from others."""

    code = "passkey_name"


class PasskeyTakenError(ConflictError):
    """A passkey of this name, or this passkey itself, is there already."""

    code = "passkey_taken"


class TooManyPasskeysError(ConflictError):
    """More passkeys than a list shows."""

    code = "too_many_passkeys"


class RefusedPasskeyError(InvalidInputError):
    """What the browser sent proves nothing."""

    code = "refused_passkey"


class OwnResetError(ForbiddenError):
    """Nobody takes away their own second factor by the power of their own role."""

    code = "own_reset"


class BeyondReachError(ForbiddenError):
    """The account works outside of what this administrator answers for."""

    code = "reset_beyond_reach"

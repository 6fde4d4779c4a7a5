"""What counts as a guess, under which key, and how the pace falls while somebody guesses a lot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from flask import Response, current_app, g, request, session
from flask_security import current_user

from feedback_app.blueprints.known_browsers import account_mark
from feedback_app.blueprints.networks import client_key, keyed
from feedback_app.blueprints.tally import Tally

SOFT_SECONDS: Final = 60
# From so many failed sign-ins in an hour on an account is under attack; from so many missed codes a minute, the site.
ACCOUNT_IS_GUESSED: Final = 30
SITE_IS_GUESSED: Final = 300
EVERYBODY: Final = "everybody"


@dataclass
class Tallies:
    """What one process counts by itself."""

    clients: Tally = field(default_factory=lambda: Tally(SOFT_SECONDS))
    accounts: Tally = field(default_factory=lambda: Tally(3600))
    misses: Tally = field(default_factory=lambda: Tally(60))


def account() -> str:
    """Return the mark of the account named on the sign-in page."""
    return account_mark(request.form.get("email", ""))


def account_and_client() -> str:
    """Return the mark of that account together with the client's."""
    return f"{account()}:{client_key()}"


def tallies() -> Tallies:
    """Return what this process has counted."""
    found: Tallies = current_app.extensions["suara_tallies"]
    return found


def own_account() -> str:
    """Return the mark of the signed-in account; of the client where nobody is."""
    return keyed(f"own {current_user.id}") if current_user.is_authenticated else client_key()


def sign_in_pace() -> str:
    """Return how often one client may miss one account."""
    # Nobody can lock an account from afar: under attack everybody, its owner too, still has a try a minute.
    attacked = tallies().accounts.of(account()) > ACCOUNT_IS_GUESSED
    return "1 per minute" if attacked else "6 per minute; 40 per hour"


def guessing_pace() -> str:
    """Return how often one client may miss a code or token."""
    attacked = tallies().misses.of(EVERYBODY) > SITE_IS_GUESSED
    return "3 per minute" if attacked else "40 per minute; 400 per hour"


def missed(answer: Response) -> bool:
    """Tell whether a code, a token or an address of one was wrong."""
    return answer.status_code in {400, 404, 410, 422}


def missed_anywhere(answer: Response) -> bool:
    """Tell the same, and count the miss for the whole site."""
    is_miss = missed(answer)
    if is_miss:
        tallies().misses.add(EVERYBODY)
    return is_miss


def wrong_key(answer: Response) -> bool:
    """Tell whether a machine came without a key of ours."""
    return answer.status_code in {401, 403}


def not_signed_in(answer: Response) -> bool:
    """Tell whether a password was wrong."""
    # The sign-in page answers a wrong password with itself, and a right one with a redirect.
    return answer.status_code == 200


def account_missed(answer: Response) -> bool:
    """Tell the same, and count the miss for the account."""
    is_miss = not_signed_in(answer)
    if is_miss:
        tallies().accounts.add(account())
    return is_miss


def pending_factor() -> str:
    """Return the mark of the account whose second factor is tried, with the client's."""
    held = session.get("second_step") or {}
    return f"{held.get('account') or session.get('_user_id', '')}:{client_key()}"


def factor_missed(_answer: Response) -> bool:
    """Tell whether a second factor was tried and not shown; the view says so."""
    return bool(g.get("factor_missed"))


def was_stored(answer: Response) -> bool:
    """Tell whether a form was taken: it leads on to another page, what is refused is shown again."""
    return answer.status_code == 303


def leafs() -> bool:
    """Tell whether a page beyond the first is asked for."""
    return bool(request.args)


def searches() -> bool:
    """Tell whether a page of units searches for words."""
    return bool(request.args.get("q"))


def guesses() -> bool:
    """Tell whether the request tries a code or token."""
    # The page on which a code is typed stays open to who has no try left; only trying one is refused.
    return request.method == "POST" or bool(request.view_args)

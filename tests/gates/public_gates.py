"""What opens each address that asks for no account: nothing, or a code, a key or a signature in the call itself.

A public endpoint that nobody has explained here fails the tests.
"""

from __future__ import annotations

import enum
from typing import Final


class Opener(enum.Enum):
    """What a call has to bring."""

    NOTHING = "nothing"
    TRACKING_CODE = "a tracking code, typed in this browser"
    TOKEN = "a token in the address"
    KEY = "the key of a machine or system"
    SIGNATURE = "a signature over the call"
    PASSWORD = "an account's password"
    MAIL = "a link in a mail to the account"
    PROVIDER = "the word of an identity provider"


_TRACKED: Final = (
    "status", "verdict", "close", "contact", "contact_removal", "data", "data_page", "erasure", "leave",
    "message", "objection", "withdrawal", "withdrawal_undone", "attach", "attachment", "proof", "referred",
    "correction", "restriction", "restriction_lifted",
)  # fmt: skip
_OPEN_PAGES: Final = (
    "home", "agency", "unit", "unit_json", "unit_csv", "rate", "rate_start", "wall", "check_wall_code", "kiosk",
    "kiosk_rate", "kiosk_reasons", "report_start", "report_agency", "report", "report_check", "received",
    "survey_units", "survey", "survey_thanks", "survey_results", "survey_results_json", "survey_results_csv",
    "language", "privacy", "health", "security_txt", "audit_roots", "breach_notice", "data_map",
)  # fmt: skip

OPENERS: Final[dict[str, Opener]] = {
    **{f"public.{name}": Opener.NOTHING for name in _OPEN_PAGES},
    **{f"tracking.{name}": Opener.TRACKING_CODE for name in _TRACKED},
    "static": Opener.NOTHING,
    "bootstrap.static": Opener.NOTHING,
    "security.static": Opener.NOTHING,
    "evidence_schema.schema": Opener.NOTHING,
    "tracking.lookup": Opener.NOTHING,
    # Who joins a published report is given a code of their own.
    "tracking.join": Opener.NOTHING,
    "tracking.unsubscription": Opener.TOKEN,
    "public.visit": Opener.TOKEN,
    "counter_api.issue": Opener.KEY,
    "counter_api.count": Opener.KEY,
    "people_api.sync": Opener.KEY,
    "delivery_webhook.report": Opener.SIGNATURE,
    "security.login": Opener.PASSWORD,
    "second_step.page": Opener.PASSWORD,
    "second_step.show": Opener.PASSWORD,
    "second_step.cancel": Opener.PASSWORD,
    "second_step.passkey_options": Opener.PASSWORD,
    "recovery.ask": Opener.NOTHING,
    "recovery.asked": Opener.NOTHING,
    "recovery.open_link": Opener.MAIL,
    "recovery.choose": Opener.MAIL,
    "invited.open_link": Opener.MAIL,
    "invited.accept": Opener.MAIL,
    "sso.start": Opener.PROVIDER,
    "sso.back": Opener.PROVIDER,
    "sso.left": Opener.NOTHING,
    "security.logout": Opener.NOTHING,
}

"""The words for the states of an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask_babel import lazy_gettext as _

from feedback_app.blueprints.labels import Words
from feedback_app.identity.account_rules import AccountState

STATES: Final[Mapping[AccountState, Words]] = {
    AccountState.OPEN: _("Terbuka"),
    AccountState.INVITED: _("Diundang, belum diterima"),
    AccountState.RAN_OUT: _("Undangan lewat waktu"),
    AccountState.WITHDRAWN: _("Undangan ditarik"),
    AccountState.CLOSED: _("Ditutup"),
}

"""Signing in and out is Flask-Security's; here are its pages' templates (`templates/account`) and its borders.

A browser at a counter serves citizens and staff in turn: what it carries of one is dropped before the other.
"""

from __future__ import annotations

from flask import Blueprint, Request
from flask.sansio.app import App
from flask_login import user_logged_in, user_logged_out

from feedback_app.blueprints import carried

bp = Blueprint("account", __name__)
bp.record_once(lambda state: _register(state.app))


def _register(app: App) -> None:
    user_logged_in.connect(_forget_the_citizen, app)
    user_logged_out.connect(_forget_the_citizen, app)
    # Its answers to programs hand out a token that outlives the session; these pages are for people alone.
    app.extensions["security"].want_json(_never)


def _forget_the_citizen(_app: App, **_who: object) -> None:
    carried.forget()


def _never(_request: Request) -> bool:
    return False

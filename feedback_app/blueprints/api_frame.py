"""What the interfaces for programs share: no cookie is read, so no CSRF token is wanted; and nothing is kept."""

from __future__ import annotations

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from feedback_app.blueprints.private import not_stored


def api_blueprint(name: str) -> Blueprint:
    """Return a blueprint below `/api/v1`, whose endpoints check by themselves who calls (`access.KEY_ENDPOINTS`)."""
    bp = Blueprint(name, __name__, url_prefix="/api/v1")

    def needs_no_csrf_token(state: BlueprintSetupState) -> None:
        state.app.extensions["csrf"].exempt(bp)

    bp.record_once(needs_no_csrf_token)
    bp.after_request(not_stored)
    return bp

"""What all pages of staff share: nothing of them is kept by a browser."""

from __future__ import annotations

from flask import Blueprint

from feedback_app.blueprints.private import not_stored


def staff_blueprint(name: str) -> Blueprint:
    """Return a blueprint below `/petugas` whose pages no browser or proxy keeps."""
    bp = Blueprint(name, __name__, url_prefix="/petugas")
    bp.after_request(not_stored)
    return bp

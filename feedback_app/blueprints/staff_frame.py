"""What all pages of staff share: no browser keeps them, and what they write no computation meets half-way."""

from __future__ import annotations

from flask import Blueprint

from feedback_app.blueprints.between_computations import write_between_computations
from feedback_app.blueprints.private import not_stored


def staff_blueprint(name: str) -> Blueprint:
    """Return a blueprint below `/petugas` whose pages no browser or proxy keeps."""
    bp = Blueprint(name, __name__, url_prefix="/petugas")
    write_between_computations(bp)
    bp.after_request(not_stored)
    return bp

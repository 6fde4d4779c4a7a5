"""The pages: they read a form, call a room, commit once, and answer."""

from __future__ import annotations

from flask import Flask

from feedback_app.blueprints import account, cases, evaluation, public, rating, reporting, staff, tracking

# They hang their pages on the blueprint `public`, which is why importing them is enough.
PUBLIC_PAGES = (rating, reporting)


def register_blueprints(app: Flask) -> None:
    """Hang every blueprint into the application."""
    for module in (public, tracking, account, staff, cases, evaluation):
        app.register_blueprint(module.bp)

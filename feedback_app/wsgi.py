"""The application as a WSGI server finds it."""

from __future__ import annotations

from feedback_app.app import create_app

app = create_app()

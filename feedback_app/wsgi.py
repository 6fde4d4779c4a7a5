"""The application as a WSGI server finds it."""

from __future__ import annotations

from feedback_app import config
from feedback_app.app import create_app
from feedback_app.db_wall.problems import check_before_serving

app = create_app(config.for_web(config.load()), is_web=True)

with app.app_context():
    check_before_serving()

"""The yardstick: a Flask application with one route that does nothing."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.route("/", methods=["GET", "POST"])
def hello() -> str:
    """Say hello."""
    return "hello"

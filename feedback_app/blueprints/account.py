"""Signing in and out is Flask-Security's; here are its pages' templates (`templates/account`)."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("account", __name__)

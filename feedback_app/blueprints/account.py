"""Placeholder until the real module is written."""

from flask import Blueprint

bp = Blueprint("account", __name__)

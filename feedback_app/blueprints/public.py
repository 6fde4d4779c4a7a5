"""Placeholder until the real module is written."""

from flask import Blueprint

bp = Blueprint("public", __name__)

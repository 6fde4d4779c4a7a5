"""Compile how an address is built when one is asked for, and not for all of them whenever an application is made.

Each test with a database of its own makes an application, and so does each command; most ask for no address, and four
fifths of the making were spent on them.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from werkzeug.routing import Rule

Built = tuple[str, str]


class LazyRule(Rule):
    """A rule that compiles its two builders at their first call."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Built]:
        made: Callable[..., Built] | None = None

        def build(rule: Rule, /, **values: object) -> Built:
            nonlocal made
            if made is None:
                made = Rule._compile_builder(rule, append_unknown)
            return made(rule, **values)

        return build


def compile_addresses_when_asked() -> None:
    """Let every application made from here on have such rules."""
    Flask.url_rule_class = LazyRule

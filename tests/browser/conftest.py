"""One browser for the tests of this folder, and the application behind the server it has in production."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from feedback_app.config import Settings, project_root
from feedback_app.db import db
from feedback_app.supervisor.children import exported, usual_commands
from tests.conftest import Live, application, fresh_database
from tests.supervisor.conftest import free_port

CHROMIUM = Path("/usr/bin/chromium")
START_SECONDS = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder; without a browser none of them can run."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason=f"no browser: {CHROMIUM} is not installed"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium refuses its own sandbox to root.
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        heard_context, heard_page = _heard(opened.new_context), _heard_page(opened.new_page)
        with patch.object(opened, "new_context", heard_context), patch.object(opened, "new_page", heard_page):
            yield opened
        opened.close()


SCRIPT_ERRORS: list[str] = []


def _heard(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    def opened(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.on("weberror", lambda found: SCRIPT_ERRORS.append(str(found.error)))
        return context

    return opened


def _heard_page(new_page: Callable[..., Page]) -> Callable[..., Page]:
    def opened(**options: Any) -> Page:
        page = new_page(**options)
        page.on("pageerror", lambda error: SCRIPT_ERRORS.append(str(error)))
        return page

    return opened


@pytest.fixture(autouse=True)
def _no_script_breaks() -> Iterator[None]:
    """Fail a test in which a script of ours broke, even where the page went on as if nothing were."""
    SCRIPT_ERRORS.clear()
    yield
    assert not SCRIPT_ERRORS


@pytest.fixture(scope="module")
def standing(servers: Settings, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """What `live` is, kept for all tests of a module that only look."""
    with fresh_database(servers, f"suara_standing_{secrets.token_hex(4)}", template=template) as url:
        settings = replace(servers, database_url=url, home=tmp_path_factory.mktemp("standing"))
        made = application(settings)
        environ = {**os.environ, **exported(settings, None)}
        yield Live(made, settings, environ)
        with made.app_context():
            db.engine.dispose()


@contextmanager
def in_production(live: Live) -> Iterator[str]:
    """Run the web server with the command `feedback up` runs it with; give its address."""
    port = free_port()
    settings = replace(live.settings, port=port, web_workers=1)
    running = subprocess.Popen(
        usual_commands(settings, port)["web"], env=live.environ, cwd=project_root(), stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(timeout=START_SECONDS)


def _wait_for(port: int) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on {port}")

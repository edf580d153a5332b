"""A real Chromium against a real server of the tests."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.server import Server

# The driver keeps an event loop in this thread; Django would refuse to talk to the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def db(written_db):
    """The server's own connections must see the rows."""
    return written_db


@pytest.fixture(scope="session")
def server(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        running = Server()
        yield running
        running.terminate()


@pytest.fixture(scope="session")
def chromium():
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server, db, browse):
    """Opens a window in which somebody is signed in; a window that saw an error fails the test."""
    contexts, faults = [], []

    def open_window(user=None, *, width=1280, height=800, scripts=True, locale="en-GB"):
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale=locale,
            timezone_id="Asia/Tehran",
        )
        contexts.append(context)
        if user is not None:
            session = browse(user).cookies["session"].value
            context.add_cookies([{"name": "session", "value": session, "url": server.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []

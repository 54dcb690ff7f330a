"""A whole running site for a real browser: `manage.py serve` on a database and files of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.ports import free_port
from tests.waiting import wait_until
from tests.webapp.ingest.sources.museum import Museum, start
from webapp import embedded

ROOT = Path(__file__).parent.parent.parent
WORKS = 64
"""As many as a look space is fitted on, so that works which tests add do not have it fitted anew
in the middle of another test."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


PATIENCE = 60_000
"""Milliseconds. Other tests compute beside these: what comes within moments on a quiet machine may
take longer."""
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """The running stack."""

    url: str
    var: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    def manage(self, *arguments: str) -> str:
        """Run a management command against the site's database."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=600,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self, path: str = "") -> int:
        """Return the HTTP status of a page, 0 when nothing answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@pytest.fixture(scope="package")
def museums() -> Iterator[Museum]:
    """All museums, played by a server on this machine."""
    made = Museum()
    server = start(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="package")
def site(museums: Museum) -> Iterator[Site]:
    """Serve a small demo collection, imported through real workers."""
    # Not pytest's own folder: run as root, PostgreSQL is another user and may not enter there.
    var = ROOT / "var" / "test-site"
    shutil.rmtree(var, ignore_errors=True)
    var.mkdir(parents=True)
    port = free_port()
    env = {
        **os.environ,
        "ARTREC_VAR": str(var),
        "ARTREC_PLAIN_HTTP": "1",
        "ARTREC_EXTRACTOR": "handmade",
        "ARTREC_CONTACT": "curator@gallery.example",
        "ARTREC_SOURCES_STAND_IN": museums.address,
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
    }
    env.pop("DATABASE_URL", None)
    env.pop("CELERY_BROKER_URL", None)
    drawn = var / "demo"
    subprocess.run(
        [sys.executable, "-m", "artrec", "demo", str(drawn), "--works", str(WORKS)],
        cwd=ROOT,
        env=env,
        check=True,
    )
    with (var / "serve.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    running = Site(f"http://127.0.0.1:{port}/", var, env, process)
    try:
        wait_until(lambda: running.status("health/") == 200, what="the site answers")
        running.manage(
            "import_folder",
            str(drawn / "images"),
            "--metadata",
            str(drawn / "artworks.csv"),
            "--source",
            "demo",
        )
        running.manage("import_history", str(drawn / "events.csv"), "--source", "demo")
        running.manage("make_people")
        wait_until(lambda: _fitted(var), what="the look space is fitted")
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(300)
        sys.stdout.write((var / "serve.log").read_text())  # pytest shows it when something failed


def _fitted(var: Path) -> bool:
    query = "SELECT FROM vectors_space WHERE purpose = 'look' AND state = 'live' AND fitted_on > 0"
    with psycopg.connect(embedded.database_url(var / "postgres")) as connection:
        return connection.execute(query).rowcount > 0


@pytest.fixture(scope="package")
def passwords(site: Site) -> dict[str, tuple[str, str]]:
    """Return name and password of the demo people by role."""
    people = json.loads((site.var / "demo-people.json").read_text())
    return {entry["role"]: (entry["name"], entry["password"]) for entry in people}


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright, patient in every context."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name in ("new_context", "new_page"):
            patch.setattr(browser, name, _patient(getattr(browser, name)))
        yield browser
        browser.close()


def _patient(make: Callable[..., Any]) -> Callable[..., Any]:
    def made(**options: Any) -> Any:
        new = make(**options)
        new.set_default_timeout(PATIENCE)
        return new

    return made


@pytest.fixture(params=[(1440, 900), (390, 844)], ids=["desktop", "phone"])
def context(
    chromium: Browser, site: Site, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A stranger's browser at desktop and phone width."""
    width, height = request.param
    made = chromium.new_context(
        base_url=site.url, viewport={"width": width, "height": height}, has_touch=width < 500
    )
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab that fails the test on any script error or any request to elsewhere."""
    tab = context.new_page()
    trouble: list[str] = []
    tab.on("pageerror", lambda error: trouble.append(f"script error: {error}"))
    tab.on(
        "console",
        lambda message: trouble.append(message.text) if message.type == "error" else None,
    )
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
            else trouble.append(f"request to {request.url}")
        ),
    )
    yield tab
    assert not trouble


@pytest.fixture
def context_without_scripts(chromium: Browser, site: Site) -> Iterator[Page]:
    """A tab in a browser with JavaScript switched off."""
    made = chromium.new_context(base_url=site.url, java_script_enabled=False)
    yield made.new_page()
    made.close()

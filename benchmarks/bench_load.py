"""How many pages a web process sends while several visitors look around at once.

    python -m benchmarks.bench_load [--works 3500] [--clients 4] [--seconds 30] [--likes 10]

fills a scratch database with synthetic works, starts the web process as `manage.py serve` does (one
process, eight threads), and asks for pages over loopback from a few connections that are kept open:
the home page, the wall, a search, a work, For you of somebody with likes, and, as what all of it is
compared with, a bare Django page through the same middleware without any database. Each connection
takes the pages in turn, so that all of them are slowed by the same others. p50 and p95 as Markdown.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import signal
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import django
import numpy as np
from django.core.management import call_command

from benchmarks.bench_for_you import DIM, make_works
from benchmarks.bench_queries import scratch_database

BARE: Final = "bare Django page"
PATHS: Final = {
    BARE: "/health/live",
    "home": "/",
    "browse": "/browse/",
    "search": "/browse/?q=work+{number}",
    "artwork": "/works/{pk}/",
    "for you": "/for-you/",
}
KNOWN: Final = ("home", "for you")
"""Pages that are asked for by somebody with likes; the others by strangers."""


def fill(works: int, likes: int) -> tuple[list[int], str]:
    """Make works, their vectors and a visitor; return the ids and the visitor's session."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection

    from tests.webapp.vectors.crowd import clustered, make_space_of
    from webapp.catalog.models import Artwork
    from webapp.feed import actions, visitors
    from webapp.feed.models import Visitor
    from webapp.vectors import actions as vectors

    ids = make_works(works)
    space = make_space_of(ids, clustered(works, DIM, clusters=max(10, works // 500)))
    vectors.go_live(space)
    visitor = Visitor.objects.create()
    for row in np.random.default_rng(0).choice(works, likes, replace=False):
        actions.like(visitor=visitor, artwork=Artwork(pk=ids[row]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    session = SessionStore()
    session[visitors.SESSION_KEY] = visitor.pk
    session.save()
    return ids, session.session_key or ""


@contextmanager
def served() -> Iterator[int]:
    """Run the web process on the scratch database; yield its port."""
    from django.conf import settings
    from django.db import connection

    from webapp.supervisor import children

    call_command("collectstatic", interactive=False, verbosity=0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    name = connection.settings_dict["NAME"]
    url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
    env = {**os.environ, "DATABASE_URL": url, "ARTREC_PLAIN_HTTP": "1"}
    env |= {"ARTREC_LOG_LEVEL": "WARNING", "DJANGO_SETTINGS_MODULE": "webapp.settings"}
    web = children(host="127.0.0.1", port=port, logs=settings.VAR)[0]
    process = subprocess.Popen(web.command, env={**env, **web.env})
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def visit(
    port: int, ids: list[int], session: str, until: float, seed: int
) -> dict[str, list[float]]:
    """Ask for pages in turn until a moment; return the milliseconds of each."""
    rng = random.Random(seed)
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times: dict[str, list[float]] = defaultdict(list)
    names = list(PATHS)
    rng.shuffle(names)
    while time.monotonic() < until:
        for name in names:
            path = PATHS[name].format(pk=rng.choice(ids), number=rng.randrange(len(ids)))
            headers = {"Cookie": f"sessionid={session}"} if name in KNOWN else {}
            start = time.perf_counter()
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            answer.read()
            times[name].append(1000 * (time.perf_counter() - start))
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
    return times


def measure(
    port: int, ids: list[int], session: str, clients: int, seconds: float
) -> dict[str, list[float]]:
    """Let some clients look around at once."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(clients) as pool:
        visits = [pool.submit(visit, port, ids, session, until, seed) for seed in range(clients)]
    found: dict[str, list[float]] = defaultdict(list)
    for each in visits:
        for name, values in each.result().items():
            found[name] += values
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--works", type=int, default=3_500)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--likes", type=int, default=10)
    options = parser.parse_args()
    django.setup()
    with scratch_database():
        ids, session = fill(options.works, options.likes)
        with served() as port:
            measure(port, ids, session, 1, 2)  # warms what is kept
            start = time.monotonic()
            found = measure(port, ids, session, options.clients, options.seconds)
            took = time.monotonic() - start
    total = sum(len(values) for values in found.values())
    print(f"\n{options.works:,} works × {DIM} dimensions, {options.clients} clients at once:")
    print(f"{total} pages in {took:.0f} s, {total / took:.1f} a second.\n")
    print("| page | p50 ms | p95 ms | p95 over the bare page |\n|---|---:|---:|---|")
    base = float(np.percentile(found[BARE], 95))
    for name in PATHS:
        p50, p95 = (float(value) for value in np.percentile(found[name], [50, 95]))
        print(f"| {name} | {p50:.0f} | {p95:.0f} | {p95 / base:.1f} × |")


if __name__ == "__main__":
    main()

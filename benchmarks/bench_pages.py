"""What a page costs over the query behind it: For you, an artwork's page, the home page, all works.

`python -m benchmarks.bench_pages [--works N]` fills a scratch database with synthetic works, asks
for pages through the whole Django stack (middleware, session, template), and compares them with
the query alone and with a bare SQL nearest-neighbour search. Interleaved; medians as Markdown.
"""

from __future__ import annotations

import argparse

import django
import numpy as np
from django.core.management import call_command

from benchmarks.bench_queries import DIM, LIMIT, interleaved, scratch_database


def compare(works: int, rounds: int) -> None:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.test import Client

    from tests.webapp.makers import make_artwork, make_space
    from webapp.catalog.queries import artworks
    from webapp.feed import actions, queries, visitors
    from webapp.feed.lens_strip import strip_of
    from webapp.feed.models import Visitor
    from webapp.vectors import actions as vectors
    from webapp.vectors.encoding import to_text

    settings.API_PER_MINUTE = dict.fromkeys(settings.API_PER_MINUTE, 1_000_000)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(works, DIM)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    made = [make_artwork(f"Work {i}", artist=f"Artist {i // 10}") for i in range(works)]
    ids = [work.pk for work in made]
    space = make_space(DIM)
    vectors.store_vectors(space, ids, points)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    visitor = Visitor.objects.create()
    for work in made[:5]:
        actions.like(visitor=visitor, artwork=work)
    for work in made[60:70]:
        actions.record_view(visitor=visitor, artwork=work)
    for number in range(40):  # others, who look around and like some
        other = Visitor.objects.create(label=f"other {number}")
        for work in made[number : number + 40 : 4]:
            actions.record_view(visitor=other, artwork=work)
            actions.like(visitor=other, artwork=work)
    session = SessionStore()
    session[visitors.SESSION_KEY] = visitor.pk
    session.save()
    client = Client(HTTP_HOST="localhost")
    client.cookies["sessionid"] = session.session_key or ""
    stranger = Client(HTTP_HOST="localhost")

    sql = (
        "SELECT artwork_id, values <#> %s::halfvec AS d FROM vectors_vector"
        f" WHERE space_id = {space.pk} ORDER BY d LIMIT {LIMIT}"
    )
    text = to_text(points[7].astype(np.float16))

    def bare() -> object:
        with connection.cursor() as cursor:
            cursor.execute(sql, [text])
            return cursor.fetchall()

    def page(path: str) -> object:
        return page_for(client, path)

    def page_for(who: Client, path: str) -> object:
        answer = who.get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.content

    work = artworks().get(pk=ids[50])
    ms = interleaved(
        {
            "bare": bare,
            "for_you": lambda: queries.for_you(visitor),
            "for_you page": lambda: page("/for-you/"),
            "strip_of": lambda: strip_of(work, "agree"),
            "artwork page": lambda: page(f"/works/{work.pk}/"),
            "home page": lambda: page("/"),
            "home page of a stranger": lambda: page_for(stranger, "/"),
            "browse page": lambda: page_for(stranger, "/browse/"),
            "the same by the API": lambda: page_for(stranger, "/api/v1/works"),
        },
        rounds,
    )
    print("\n## Pages\n")
    print(f"{works:,} works × {DIM} dimensions, five likes, medians of {rounds}\n")
    print("| | ms | ratio |\n|---|---:|---|")
    print(f"| bare SQL kNN | {ms['bare']:.1f} | |")
    for query, shown in (("for_you", "for_you page"), ("strip_of", "artwork page")):
        print(f"| {query}() | {ms[query]:.1f} | {ms[query] / ms['bare']:.1f} × bare SQL |")
        print(f"| {shown} | {ms[shown]:.1f} | {ms[shown] / ms[query]:.1f} × its query |")
    for shown in ("home page", "home page of a stranger"):
        ratio = ms[shown] / ms["for_you page"]
        print(f"| {shown} | {ms[shown]:.1f} | {ratio:.1f} × the page of For you |")
    ratio = ms["the same by the API"] / ms["browse page"]
    print(f"| browse page | {ms['browse page']:.1f} | |")
    print(f"| the same by the API | {ms['the same by the API']:.1f} | {ratio:.1f} × the page |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=3_500)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    django.setup()
    # Pages name static files by their hashes.
    call_command("collectstatic", interactive=False, verbosity=0)
    with scratch_database():
        compare(options.works, options.rounds)


if __name__ == "__main__":
    main()

"""What a search costs, as ratios to a plain LIKE over the titles.

`python -m benchmarks.bench_search [--works N] [--explain]` makes a database of its own, fills it
with synthetic works (words, artists and colours by power laws), measures interleaved and drops it
again. Prints Markdown; `--explain` adds the plans.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter

import django
from django.http import QueryDict

from benchmarks.bench_queries import interleaved, scratch_database

WORDS = 20_000
COLOURS = ("red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "brown", "grey")

# A pronounceable word of each number; low numbers are drawn most.
_FILL = """
CREATE FUNCTION pg_temp.word(n int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(substr('bdfgklmnprstvz', 1 + (n / (14 ^ p * 5 ^ p)::int) %% 14, 1)
        || substr('aeiou', 1 + (n / (14 ^ (p + 1) * 5 ^ p)::int) %% 5, 1), '' ORDER BY p)
    FROM generate_series(0, 3) AS p $$;
CREATE FUNCTION pg_temp.draw(most int) RETURNS int LANGUAGE sql VOLATILE AS $$
    SELECT floor(most ^ random())::int $$;
SELECT setseed(0.5);
INSERT INTO catalog_artist (id, name, slug, bio)
    SELECT n, pg_temp.word(n + 20000) || ' ' || pg_temp.word(n * 7), 'artist-' || n, ''
    FROM generate_series(1, %(artists)s) AS n;
INSERT INTO catalog_artwork (id, title, artist_id, year, medium, style, width_cm, height_cm, price,
        currency, description, rights, credit_line, accession_number, source_url, availability,
        one_of_a_kind, added, state, state_reason, attempts)
    SELECT n, pg_temp.word(pg_temp.draw(%(words)s)) || ' ' || pg_temp.word(pg_temp.draw(%(words)s)),
        pg_temp.draw(%(artists)s), 1500 + pg_temp.draw(500),
        'medium ' || pg_temp.draw(30), 'style ' || pg_temp.draw(40),
        10 + 200 * random(), 10 + 200 * random(), pg_temp.draw(20000), 'EUR',
        (SELECT string_agg(pg_temp.word(pg_temp.draw(%(words)s)), ' ')
            FROM generate_series(1, 25 + 0 * n)),
        '', '', 1900 + n %% 100 || '.' || n, '',
        (ARRAY['available', 'sold', 'not_for_sale'])[pg_temp.draw(3)], true,
        now() - n * interval '1 minute', 'visible', '', 0
    FROM generate_series(1, %(works)s) AS n;
INSERT INTO catalog_artworkimage (artwork_id, original, key, format, width, height, size, sha256,
        perceptual_hash, placeholder, palette, colours, widths, formats)
    SELECT n, '', n, 'JPEG', 300 + n %% 7 * 100, 600, 1, n, '', repeat('x', 300),
        (SELECT jsonb_agg(jsonb_build_object('hex', '#888888', 'share', 0.2, 'lab',
            jsonb_build_array(100 * random(), 120 * random() - 60, 120 * random() - 60)))
            FROM generate_series(1, 5 + 0 * n)),
        ARRAY[%(colours)s[pg_temp.draw(10)], %(colours)s[pg_temp.draw(10)]], '{640}', '{jpeg}'
    FROM generate_series(1, %(works)s) AS n;
ANALYZE;
"""


def fill(works: int) -> float:
    """Make the works; return in how many seconds."""
    from django.db import connection

    start = perf_counter()
    values = {"works": works, "artists": max(10, works // 20), "words": WORDS}
    sql = _FILL.replace("%(colours)s", f"('{{{','.join(COLOURS)}}}'::varchar[])")
    for name, value in values.items():
        sql = sql.replace(f"%({name})s", str(value))
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%%", "%"))
    return perf_counter() - start


def compare(works: int, rounds: int, explain: bool) -> None:
    from django.db import connection

    from webapp.catalog import facets, palette, search
    from webapp.catalog.conditions import all_of
    from webapp.feed.browsing import piece, seek
    from webapp.feed.searching import results
    from webapp.feed.wish import Wish

    seconds = fill(works)
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM catalog_artwork ORDER BY id OFFSET 500 LIMIT 1")
        common, rare = cursor.fetchone()[0].split()
        cursor.execute("SELECT style FROM catalog_artwork GROUP BY 1 ORDER BY count(*) DESC")
        style = cursor.fetchone()[0]

    def wish(address: str) -> Wish:
        return Wish.from_query(QueryDict(address))

    wishes = {
        "nothing chosen": wish(""),
        "one word": wish(f"q={common}"),
        "two words": wish(f"q={common}+{rare}"),
        "a beginning of three letters": wish(f"q={common[:3]}"),
        "an inventory number": wish("q=1977.77"),
        "a style and a colour": wish(f"style={style}&colour=blue"),
        "a word, a style, a colour": wish(f"q={common}&style={style}&colour=blue"),
        "two colours of a palette": wish("palette=3468b4&palette=d0463a"),
    }

    def like() -> object:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM catalog_artwork WHERE state = 'visible' AND title ILIKE %s"
                " ORDER BY added DESC, id DESC LIMIT 41",
                [f"%{rare}x%"],  # matches nothing, so that the whole table is read
            )
            return cursor.fetchall()

    start = perf_counter()
    palette.current()
    reading = perf_counter() - start
    start = perf_counter()
    vocabulary = search.vocabulary()
    learning = perf_counter() - start
    ways: dict[str, Callable[[], object]] = {"like": like}
    for name, asked in wishes.items():
        ways[f"{name}|works"] = lambda asked=asked: piece(seek(asked))  # type: ignore[misc]
        ways[f"{name}|counts"] = lambda asked=asked: facets.count(  # type: ignore[misc]
            seek(asked).base, asked.chosen
        )
    slip = [f"{common[:3]}x{common[4:]}" if len(common) > 4 else f"{common}xq"]
    ways["slip"] = lambda: search.corrected(slip, vocabulary)
    ms = interleaved(ways, rounds)
    print(f"\n## Search\n\n{works:,} synthetic works, filled in {seconds:.0f} s;", end=" ")
    print(f"medians of {rounds}\n")
    print("| wish | matches | 40 works, ms | × LIKE | all counts, ms | × LIKE |")
    print("|---|---:|---:|---:|---:|---:|")
    print(f"| title ILIKE '%…%' | | {ms['like']:.1f} | 1.0 | | |")
    for name, asked in wishes.items():
        shown, counted = ms[f"{name}|works"], ms[f"{name}|counts"]
        print(
            f"| {name} | {results(asked).total:,} | {shown:.1f} | {shown / ms['like']:.1f}"
            f" | {counted:.1f} | {counted / ms['like']:.1f} |"
        )
    print(f"\nOnce per process: all palettes read in {reading:.2f} s;", end=" ")
    print(f"{len(vocabulary.words):,} words for corrections in {learning:.2f} s,", end=" ")
    print(f"then {ms['slip']:.1f} ms a word.")
    if explain:
        for name, asked in wishes.items():
            condition = all_of([seek(asked).condition])
            with connection.cursor() as cursor:
                cursor.execute(
                    "EXPLAIN (ANALYZE, BUFFERS) SELECT s.artwork_id FROM catalog_searchentry s"
                    f" WHERE {condition.sql}",
                    condition.arguments,
                )
                plan = "\n".join(row[0] for row in cursor.fetchall() if len(row[0]) < 300)
            print(f"\n{name}\n{plan}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    django.setup()
    with scratch_database():
        compare(options.works, options.rounds, options.explain)


if __name__ == "__main__":
    main()

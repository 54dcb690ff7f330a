from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from django.db import connection

from artrec.images.palette import lab_from_hex
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.tastes import make_taste, mean_bundle
from tests.webapp.vectors.crowd import clustered, make_space_of, make_works
from webapp.catalog.conditions import Condition, of_facets
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.feed import actions, lens_reasons, lenses
from webapp.feed.lens_strip import strip_of
from webapp.feed.lenses import rank
from webapp.feed.models import Visitor
from webapp.feed.seen import see
from webapp.vectors import routing
from webapp.vectors.indexes import build_index, build_parameters
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db

OCHRE, BLUE, RED = "#8c7424", "#3468b4", "#d0463a"
PICTURES = """
    INSERT INTO catalog_artworkimage (artwork_id, original, key, format, width, height, size,
        sha256, perceptual_hash, placeholder, palette, colours, widths, formats)
    SELECT n, '', n, 'JPEG', 300, 600, 1, n, '', '', jsonb_build_array(jsonb_build_object('hex',
        '#888888', 'share', 1, 'lab', jsonb_build_array(n %% 90, 9, n %% 7))), '{}', '{640}',
        '{jpeg}' FROM unnest(%s::bigint[]) AS n"""


def hang(space: Space, values: Sequence[float], colour: str = OCHRE, **facts: str) -> Artwork:
    """Make a work that looks like `values` and is painted in one colour."""
    year = int(facts.pop("year", "1890"))
    medium = facts.pop("medium", "oil on canvas")
    work = make_artwork(facts.pop("title", "Untitled"), **facts)  # type: ignore[arg-type]
    Artwork.objects.filter(pk=work.pk).update(year=year, medium=medium)
    swatch = {"hex": colour, "lab": list(lab_from_hex(colour)), "share": 1.0}
    ArtworkImage.objects.filter(artwork=work).update(palette=[swatch])
    place(space, work, values)
    return Artwork.objects.select_related("artist", "image").get(pk=work.pk)


def test_each_lens_has_an_order_of_its_own() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], OCHRE, artist="Mara", style="Woodcut")
    looks = hang(space, [9, 1, 0, 0], RED, artist="Ines", style="Mask", medium="ink", year="2000")
    coloured = hang(space, [0, 1, 0, 1], OCHRE, artist="Odo", style="Ink", medium="ink")
    styled = hang(space, [0, 0, 1, 1], BLUE, artist="Pia", style="Woodcut", medium="ink")
    by_hand = hang(space, [0, 0, 0, 1], RED, artist="Mara", style="Grid", medium="silk", year="1")

    first = {lens: rank(see(own), lens, None, 4).ids[0] for lens in ("look", "colour", "style")}
    by_artist = rank(see(own), "artist", None, 4).ids[0]

    assert first == {"look": looks.pk, "colour": coloured.pk, "style": styled.pk}
    assert by_artist == by_hand.pk


def test_taste_is_what_the_serving_model_shows_to_somebody_who_likes_only_this() -> None:
    space = make_space()
    own, alike, liked = (
        hang(space, values) for values in ([1, 0, 0, 0], [9, 1, 0, 0], [0, 1, 0, 0])
    )
    taste = make_taste(mean_bundle())
    for work, values in ((own, [1, 0, 0, 0]), (alike, [0, 0, 0, 1]), (liked, [1, 1, 0, 0])):
        place(taste, work, values)

    found = rank(see(own), "taste", None, 5)

    assert found.ids == (liked.pk, alike.pk)
    assert found.close == 1  # the other has nothing in common with it


def test_taste_falls_away_without_a_model_and_for_a_work_it_does_not_know() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0])
    without = see(own).lenses
    make_taste(mean_bundle())
    unknown = see(own).lenses

    assert without == unknown == ("agree", "look", "colour", "style", "artist")


def test_an_unknown_artist_is_no_hand_and_a_bare_label_no_style() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], artist=UNKNOWN_ARTIST, style="", medium="")

    assert see(own).lenses == ("agree", "look", "colour")


def test_a_work_before_its_vector_is_looked_at_by_its_palette_alone() -> None:
    make_space()
    work = make_artwork()

    assert see(work).lenses == ("colour",)


def test_most_agree_puts_first_what_several_lenses_have() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], OCHRE, artist="Mara", style="Woodcut")
    looks = hang(space, [99, 1, 0, 0], RED, artist="Ines", style="Mask", medium="ink", year="2000")
    several = hang(space, [9, 1, 0, 0], OCHRE, artist="Odo", style="Woodcut")
    for number in range(6):
        hang(space, [0, 0, 1, number], BLUE, artist=f"Ola {number}", style="Grid", medium="ink")

    strip = strip_of(own, "agree")

    assert strip is not None
    assert [match.artwork.pk for match in strip.matches[:2]] == [several.pk, looks.pk]
    assert strip.matches[0].why == "Look, colour and style agree"


def test_only_the_same_hand_is_close_by_artist() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], artist="Mara")
    alone = hang(space, [1, 1, 0, 0], artist="Ines")
    by_hand = hang(space, [0, 1, 0, 0], artist="Mara")
    for number in range(3):
        hang(space, [1, number, 0, 0], artist="Ola")

    found, lonely = rank(see(own), "artist", None, 10), rank(see(alone), "artist", None, 10)

    assert (found.ids[0], found.close, len(found.ids)) == (by_hand.pk, 1, 5)
    assert {found.ids[-1]} == {alone.pk}  # one work alone does not make an artist near
    assert not lonely.good


def test_reasons_are_true() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], title="Harbour, noon", artist="Mara", style="Woodcut")
    twin = hang(
        space, [1, 0, 0, 0], title="Harbour, dusk", artist="Mara", style="Woodcut", year="1899"
    )
    other = hang(
        space,
        [0, 1, 0, 0],
        RED,
        title="Noon",
        artist="Ola",
        style="Mask",
        medium="ink",
        year="1900",
    )
    for name in ("a", "b"):
        visitor = Visitor.objects.create(label=name)
        for work in (own, twin) if name == "a" else (own, twin, other):
            actions.like(visitor=visitor, artwork=work)

    said = {
        lens: lens_reasons.words(see(own), lens, [twin, other])
        for lens in ("look", "colour", "style", "artist", "taste")
    }

    assert [said[lens][twin.pk] for lens in said] == [
        "Looks very much alike",
        "Both in ochre",
        "Also Woodcut, “harbour”",
        "By the same hand",
        "Liked together by 2 people",
    ]
    assert said["colour"][other.pk] == "Near in its colours"
    assert said["style"][other.pk] == "Near in look, not by label"
    assert said["artist"][other.pk] == "Near in look"
    assert said["taste"][other.pk] == "Near in visitors’ taste"  # one person's trail is not told


def test_no_hand_fills_the_strip_but_under_its_own_lens() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0], artist="Mara")
    for number in range(8):
        hang(space, [50, number, 0, 0], artist="Mara")
    for number in range(4):
        hang(space, [1, 1 + number, 0, 0], artist=f"Ola {number}")

    by_look, by_hand = strip_of(own, "look"), strip_of(own, "artist")

    assert by_look is not None
    assert by_hand is not None
    assert [match.artwork.artist.name == "Mara" for match in by_look.matches] == (
        [True] * 5 + [False] * 4 + [True] * 3
    )
    assert [match.artwork.artist.name == "Mara" for match in by_hand.matches][:8] == [True] * 8


@pytest.mark.parametrize("lens", ["agree", "look", "colour", "style", "artist", "taste"])
def test_every_lens_gives_all_matches_under_a_rare_condition(lens: str) -> None:
    space, taste = make_space(), make_taste(mean_bundle())
    own = hang(space, [1, 0, 0, 0], artist="Mara")
    place(taste, own, [1, 0, 0, 0])
    rare = []
    for number in range(30):
        style = "Rare" if number % 10 == 0 else "Woodcut"
        work = hang(space, [1, number, 0, 0], artist=f"Ola {number % 4}", style=style)
        place(taste, work, [number, 1, 0, 0])
        rare += [work.pk] if style == "Rare" else []
    condition = Condition("s.style = %s", ("Rare",))

    lists = [rank(see(own), lens, condition, limit).ids for limit in (1, 2, 3, 9)]

    assert [len(ids) for ids in lists] == [1, 2, 3, 3]
    assert set(lists[-1]) == set(rare)
    assert all(lists[-1][: len(ids)] == ids for ids in lists)


def test_nothing_common_is_called_close(rng: np.random.Generator) -> None:
    space = make_space(16)
    own = hang(space, rng.normal(size=16).tolist())
    for _ in range(80):
        hang(space, rng.normal(size=16).tolist(), style="Mask", artist="Ola")
    apart = Condition("s.artwork_id = %s", (make_far(space, own).pk,))

    everything, least = rank(see(own), "look", None, 40), rank(see(own), "look", apart, 40)

    assert 0 < everything.close < 20
    assert least.ids
    assert not least.good


def make_far(space: Space, own: Artwork) -> Artwork:
    vector = see(own).vector
    assert vector is not None
    return hang(space, (-vector).tolist())


def test_a_reference_is_of_a_visible_work_through_a_lens_there_is() -> None:
    space = make_space()
    own = hang(space, [1, 0, 0, 0])
    gone = make_artwork(state=Artwork.State.WITHDRAWN)

    found = lenses.reference(str(own.pk), "nonsense")

    assert found is not None
    assert (found.lens, found.itself) == ("agree", (own.pk,))
    assert [lenses.reference(key, "") for key in (str(gone.pk), "x", "²", "9" * 30)] == [None] * 4


def test_rare_filters_find_all_matches_in_a_large_indexed_collection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ids = make_works(2_000)
    with connection.cursor() as cursor:
        cursor.execute(PICTURES, [ids])
    vectors = clustered(2_000, 8, clusters=20)
    space = make_space_of(ids, vectors)
    build_index(space, "hnsw", build_parameters("hnsw", 2_000))
    report = {"rows": 2_000, "ef_search": [40, 200]}
    Space.objects.filter(pk=space.pk).update(state="live", index="hnsw", index_report=report)
    monkeypatch.setattr(routing, "EXACT_MATCHES", 5)  # more go through the index
    monkeypatch.setattr(routing, "WORTH_AN_INDEX", 100)
    own = Artwork.objects.select_related("artist", "image").get(pk=ids[0])
    sizes = {"EUR7-7": 2, "EUR7-16": 20, "EUR100-": 1_800}

    found = {
        (lens, price): rank(see(own), lens, of_facets({"price": (price,)})["price"], 30).ids
        for lens in ("agree", "look", "colour", "style", "artist")
        for price in sizes
    }

    assert {key: len(shown) for key, shown in found.items()} == {
        key: min(30, sizes[key[1]]) for key in found
    }
    assert all(len(set(shown)) == len(shown) for shown in found.values())

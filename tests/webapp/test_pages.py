from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork, ArtworkImage
from webapp.feed import actions
from webapp.feed.models import Event, Visitor

pytestmark = pytest.mark.django_db

LISTS = ("/", "/browse/", "/for-you/", "/likes/", "/sign-in/", "/sign-up/")


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def every_page(client: Client) -> dict[str, str]:
    artwork = Artwork.objects.select_related("artist").latest("pk")
    paths = (*LISTS, artwork.get_absolute_url(), artwork.artist.get_absolute_url())
    return {path: page(client, path) for path in paths}


def test_an_empty_gallery_says_what_comes_next(client: Client) -> None:
    pages = {path: page(client, path) for path in LISTS}

    assert "The walls are still empty" in pages["/"]
    assert "The walls are still empty" in pages["/browse/"]
    assert "nothing to recommend yet" in pages["/for-you/"]
    assert "Nothing yet" in pages["/likes/"]


def test_one_work_with_nothing_known_of_it_has_its_pages(client: Client) -> None:
    artwork = make_artwork("Untitled")
    Artwork.objects.update(year=None, medium="", style="", description="")

    pages = every_page(client)

    assert "None" not in pages[artwork.get_absolute_url()]
    assert artwork.title in pages["/"]
    assert artwork.title in pages["/browse/"]


def test_all_known_facts_are_on_the_label(client: Client) -> None:
    artwork = make_artwork("Ridge, evening")
    facts = {"year": 1921, "height_cm": "60.0", "width_cm": "82.5", "depth_cm": "4.0"}
    facts |= {"price": "1250.00", "currency": "EUR", "credit_line": "Gift of A. B."}
    facts |= {"accession_number": "SK-A-1505"}
    Artwork.objects.update(**facts, description="Two winters.", rights="Public domain")

    label = page(client, artwork.get_absolute_url())

    for words in ("1921", "60 × 82.5 × 4 cm", "€1,250", "Gift of A. B.", "Two winters.", "Public"):
        assert words in label
    assert "Inventory number SK-A-1505" in label


def test_the_price_of_a_sold_work_is_not_shown(client: Client) -> None:
    artwork = make_artwork(availability="sold")
    Artwork.objects.update(price="1250.00", currency="EUR")

    label = page(client, artwork.get_absolute_url())

    assert "Sold" in label
    assert "1,250" not in label


def test_titles_are_escaped_however_long(client: Client) -> None:
    make_artwork('<script>alert("x")</script>' + "long " * 50, artist="<b>Bold</b>")
    Artist.objects.update(slug="bold")

    for html in every_page(client).values():
        assert "<script>alert" not in html
        assert "<b>Bold" not in html


def test_pictures_say_what_they_show_and_how_large_they_are(client: Client) -> None:
    make_artwork("Ridge, evening", width=640, height=480)

    html = page(client, "/")

    image = re.search(r"<img [^>]*>", html)
    assert image is not None
    assert 'alt="Ridge, evening by Studio Halde, oil on canvas"' in image[0]
    assert 'width="640" height="480"' in image[0]
    assert 'fetchpriority="high"' in image[0]
    assert "--ratio:1.3333" in html
    assert '<source type="image/webp"' in html


def test_only_the_first_rows_load_at_once(client: Client) -> None:
    for _ in range(9):
        make_artwork()

    html = page(client, "/browse/")

    assert html.count('fetchpriority="high"') == 6
    assert html.count('loading="lazy"') == 3


def test_a_work_that_is_not_visible_has_no_page(client: Client) -> None:
    artwork = make_artwork(state=Artwork.State.WITHDRAWN)

    response = client.get(artwork.get_absolute_url())

    assert response.status_code == 404
    assert "nothing on this wall" in response.content.decode()


def test_similar_works_hang_below_a_work(client: Client) -> None:
    space = make_space()
    artwork, near = make_artwork("Ridge"), make_artwork("Slope")
    place(space, artwork, [1, 0, 0, 0])
    place(space, near, [0.9, 0.1, 0, 0])

    html = page(client, artwork.get_absolute_url())

    assert "More like this" in html
    assert f'data-work="{near.pk}"' in html.split("More like this")[1]


def test_a_gallery_without_a_trained_network_says_so(client: Client) -> None:
    space = make_space()
    space.extractor = "handmade"
    space.save()

    assert "no trained network is installed" in page(client, "/for-you/")


def test_no_page_loads_from_elsewhere_or_runs_inline_code(client: Client) -> None:
    make_artwork()

    for path, html in every_page(client).items():
        # An address for search engines loads nothing, and JSON-LD is data.
        html = re.sub(r'<link rel="(?:canonical|alternate)"|<script type="application/ld', "", html)
        loads = re.findall(r"<(?:script|link|img|source|form)\b[^>]*>", html)
        assert not [tag for tag in loads if "//" in tag], path
        assert not re.findall(r"<script(?![^>]*\bsrc=)", html), path
        assert "<style" not in html, path
        assert not re.findall(r"\son[a-z]+=", html), path


def test_every_page_carries_the_content_security_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "default-src 'none'" in policy


def test_looking_at_pages_writes_nothing(client: Client) -> None:
    make_artwork()

    every_page(client)

    assert Visitor.objects.count() == Event.objects.count() == 0
    assert "sessionid" not in client.cookies


def test_pages_that_stand_without_a_request() -> None:
    unavailable = render_to_string("503.html", {"retry": 5})
    broken = render_to_string("500.html")
    refused = render_to_string("403_csrf.html")

    assert '<meta http-equiv="refresh" content="5">' in unavailable
    assert "Something broke" in broken
    assert "try again" in refused


def test_a_theme_is_taken_from_its_cookie_and_nothing_else(client: Client) -> None:
    client.cookies["theme"] = "dark"
    dark = page(client, "/")
    client.cookies["theme"] = 'x" onload="alert(1)'
    odd = page(client, "/")

    assert '<html lang="en" data-theme="dark">' in dark
    assert '<html lang="en">' in odd


@pytest.mark.parametrize("number", [3, 12])
def test_pages_ask_the_same_few_questions_however_many_works(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    space = make_space()
    mara = User.objects.create_user("mara")
    visitor = Visitor.objects.create(user=mara)
    works = [make_artwork(f"Work {i}", artist=f"Studio {i}") for i in range(number)]
    for i, work in enumerate(works):
        place(space, work, [1, i / number, 0, 0])
    actions.like(visitor=visitor, artwork=works[0])
    client.force_login(mara)
    budgets = {  # session, user, visitor and marks are 4 of each
        "/browse/": 8,  # whether anything changed, counts, artists, works
        works[1].get_absolute_url(): 32,  # 16 of them for lists of its lenses, which are kept
        works[1].artist.get_absolute_url(): 7,
        "/for-you/": 17,
        "/likes/": 5,
    }

    for path, budget in budgets.items():
        cache.clear()
        with django_assert_num_queries(budget, info=path):
            client.get(path)


def variant(image: ArtworkImage, name: str) -> str:
    folder = Path(settings.MEDIA_ROOT) / "works" / image.key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"picture")
    return f"/media/works/{image.key}/{name}"


def test_variants_are_served_for_ever(client: Client) -> None:
    url = variant(make_artwork().image, "320.webp")

    response = client.get(url)

    assert b"".join(response.streaming_content) == b"picture"  # type: ignore[attr-defined]
    assert response["Content-Type"] == "image/webp"
    assert "immutable" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/media/works/key/../../secret-key",
        "/media/works/%2e%2e/320.webp",
        "/media/works/key/..%2f..%2fsecret.txt",
        "/media/../secret-key",
        "/media//etc/passwd",
        "/media/works/key/320.webp/",
        "/media/works/nokey/320.webp",
    ],
)
def test_no_other_file_is_served(client: Client, path: str) -> None:
    (Path(settings.MEDIA_ROOT).parent / "secret.txt").write_text("secret")

    assert client.get(path).status_code == 404


def test_the_way_to_upload_is_shown_to_those_who_may(client: Client) -> None:
    client.force_login(User.objects.create_user("mara"))
    visitor = page(client, "/")
    client.force_login(User.objects.create_superuser("chief"))
    admin = page(client, "/")

    assert 'href="/upload/"' not in visitor
    assert 'href="/upload/"' in admin

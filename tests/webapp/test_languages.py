"""Which language a page speaks, and how a visitor changes it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.webapp.makers import make_artwork
from webapp.accounts.models import User

pytestmark = pytest.mark.django_db
SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}


def test_a_page_speaks_the_language_the_browser_asks_for(client: Client) -> None:
    spanish = client.get("/likes/", headers=SPANISH)
    german = client.get("/likes/", headers={"Accept-Language": "de-DE,de;q=0.9"})

    assert '<html lang="es">' in spanish.content.decode()
    assert spanish["Content-Language"] == "es"
    assert {"Accept-Language", "Cookie"} <= set(spanish["Vary"].split(", "))
    assert '<html lang="en">' in german.content.decode()


def test_the_choice_in_the_footer_outweighs_the_browser_and_leads_back(client: Client) -> None:
    answer = client.post("/language/", {"language": "en", "next": "/likes/?a=1"}, headers=SPANISH)

    page = client.get("/likes/", headers=SPANISH).content.decode()

    assert answer["Location"] == "/likes/?a=1"
    assert '<html lang="en">' in page
    assert 'value="en" lang="en" aria-current="true">English<' in page
    assert 'value="es" lang="es">Español<' in page


def test_the_choice_leads_nowhere_else_and_needs_the_token() -> None:
    client = Client(enforce_csrf_checks=True)

    assert client.post("/language/", {"language": "es"}).status_code == 403
    elsewhere = Client().post("/language/", {"language": "es", "next": "https://example.org/"})

    assert elsewhere["Location"] == "/"


def test_pages_of_staff_stay_in_english_as_a_whole(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada", password="x"))

    for path in ("/lab/", "/upload/", "/admin/"):
        page = client.get(path, headers=SPANISH)

        assert page["Content-Language"] == "en", path
        assert 'lang="en' in page.content.decode()
        assert "/language/" not in page.content.decode()


def test_the_numbers_in_styles_are_the_same_in_each_language(client: Client) -> None:
    work = make_artwork()

    for path in ("/", work.get_absolute_url(), work.artist.get_absolute_url()):
        styles = [
            client.get(path, headers={"Accept-Language": code}).content for code in ("en", "es")
        ]

        assert len({tuple(_styles(page.decode())) for page in styles}) == 1, path


def _styles(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split(' style="')[1:]]

"""Nothing a visitor reads is left untranslated, and what is compiled is what was translated."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from pytest_django import Settings

from webapp.management.commands.translations import ROOTS, STAFF

TEMPLATES = django_settings.BASE_DIR / ROOTS[0][0]
PO = Path("es") / "LC_MESSAGES" / "django.po"
BLOCKS = (
    r"{#.*?#}",
    r"{% comment %}.*?{% endcomment %}",
    r"{% blocktranslate.*?{% endblocktranslate %}",
    r"{%.*?%}",
    r"{{.*?}}",
)
SPOKEN = {"title", "aria-label", "placeholder", "alt", "label", "aria-description"}
"""Attributes that people read or hear."""
NAMES = {"Artrec", "IIIF", "cm", "Esc", "f", "openapi", "json"}
"""Words that are the same in each language."""
LITERAL = {"code", "kbd", "pre", "script"}
"""Elements whose text is not language."""


@pytest.fixture
def locale(settings: Settings, tmp_path: Path) -> Path:
    """Return the catalogue of a copy that may be spoilt."""
    shutil.copytree(django_settings.LOCALE_PATHS[0], tmp_path / "locale")
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path / "locale" / PO


def test_everything_visitors_read_is_translated_and_compiled() -> None:
    call_command("translations", check=True)


def test_a_missing_translation_is_told(locale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locale.write_text(locale.read_text().replace('msgstr "Para ti"', 'msgstr ""'))

    with pytest.raises(CommandError, match="es is not complete"):
        call_command("translations", check=True)

    assert "not translated: 'For you'" in capsys.readouterr().err


def test_a_doubtful_translation_is_told(locale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    locale.write_text(locale.read_text().replace('msgid "For you"', '#, fuzzy\nmsgid "For you"'))

    with pytest.raises(CommandError):
        call_command("translations", check=True)

    assert "marked as doubtful: 'For you'" in capsys.readouterr().err


def test_a_translation_without_the_names_of_the_original_is_told(
    locale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = locale.read_text()
    locale.write_text(text.replace("Te damos la bienvenida, %(name)s.", "Hola, %(nombre)s."))

    with pytest.raises(CommandError):
        call_command("translations", check=True)

    assert "Welcome, %(name)s." in capsys.readouterr().err


def test_what_was_not_compiled_again_is_told(
    locale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locale.write_text(locale.read_text().replace('msgstr "Para ti"', 'msgstr "Para usted"'))

    with pytest.raises(CommandError):
        call_command("translations", check=True)

    assert "not fresh: django.mo" in capsys.readouterr().err


def test_the_command_compiles_what_was_translated_and_keeps_the_rest(locale: Path) -> None:
    call_command("translations", verbosity=0)
    before = locale.read_bytes()
    locale.write_bytes(before.replace(b'msgstr "Para ti"', b'msgstr "Para usted"'))

    call_command("translations", verbosity=0)

    assert b"Para usted" in locale.with_suffix(".mo").read_bytes()
    assert locale.read_bytes() == before.replace(b'msgstr "Para ti"', b'msgstr "Para usted"')


@pytest.mark.parametrize(
    "template",
    sorted(
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if not set(STAFF) & set(path.relative_to(TEMPLATES).parts)
    ),
)
def test_no_words_of_a_template_escape_translation(template: str) -> None:
    text = (TEMPLATES / template).read_text()
    for block in BLOCKS:
        text = re.sub(block, "", text, flags=re.DOTALL)
    reader = _Words()

    reader.feed(text)

    assert not reader.words - NAMES


class _Words(HTMLParser):
    """Collects the words of a page that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.literal = 0

    def handle_data(self, data: str) -> None:
        if not self.literal:
            self.words |= set(re.findall(r"[^\W\d_]+", data))

    def handle_endtag(self, tag: str) -> None:
        self.literal -= tag in LITERAL

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in SPOKEN and value:
                self.handle_data(value)
        self.literal += tag in LITERAL

from __future__ import annotations

import pytest

from tests.webapp.intake.hostile import TRICKS
from webapp.intake.names import Kind, facts_of, is_archive, is_litter, kind_of, shown


@pytest.mark.parametrize(("name", "expected"), TRICKS.items())
def test_a_name_is_shown_without_its_tricks(name: str, expected: str) -> None:
    assert shown(name) == expected
    assert shown(shown(name)) == expected
    assert len(shown(name)) <= 500
    shown(name).encode()


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store",
        "a/.DS_Store",
        "__MACOSX/a/._b.jpg",
        "a/Thumbs.db",
        "Desktop.ini",
        "a\\.git\\config",
    ],
)
def test_what_systems_leave_behind_is_known(name: str) -> None:
    assert is_litter(name)


@pytest.mark.parametrize("name", ["a.jpg", "../a.jpg", "thumbs.db.jpg", "a. b/c.jpg", "./a.jpg"])
def test_what_people_mean_to_send_is_no_litter(name: str) -> None:
    assert not is_litter(name)


def test_a_file_is_taken_for_what_its_name_says() -> None:
    kinds = [kind_of(name) for name in ("a.ZIP", "b/c.csv", "d.xlsx", "e.jpg", "f", "g.tar.gz")]

    assert kinds == [Kind.ARCHIVE, Kind.TABLE, Kind.TABLE, *[Kind.PICTURE] * 3]
    assert is_archive("a.tar.gz")
    assert not is_archive("a.jpg")


def test_a_name_becomes_a_title() -> None:
    assert facts_of("Halde/evening ridge.v2.jpg") == {"title": "evening ridge.v2"}
    assert len(facts_of("x" * 490 + ".jpg")["title"]) == 300

"""How large a work really is: drawn to scale beside a hand or a person, and said in words.

All lengths are centimetres; y grows downwards, as in SVG.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.catalog.models import Artwork

PERSON: Final = 170.0
HAND: Final = 18.5
"""From the wrist to the tip of the middle finger, of a grown-up."""
BY_HAND: Final = 36.0
"""Works with no longer side than this are drawn beside a hand."""
EYES: Final = 150.0
"""Height of the middle of a picture on a museum's wall."""
LOWEST: Final = 35.0
"""Where taller pictures begin, above the floor."""
FLOOR: Final = 26.0
"""What is seen of the floor."""
BENCH: Final = (140.0, 45.0)
SHARES: Final = (0.25, 0.33, 0.5, 0.67, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Scene:
    """What is drawn."""

    kind: Literal["hand", "person"]
    width: float
    height: float
    picture: Box
    figure: tuple[float, float]
    """Where the hand or person stands: middle and lowest point."""
    floor: float | None = None
    bench: Box | None = None
    plinth: Box | None = None
    framed: bool = False
    """Whether the photograph's shape is not that of the work; then the work's is drawn too."""

    def placed(self) -> str:
        """Where the picture lies in the scene, as CSS has it."""
        box = self.picture
        left, top = 100 * box.x / self.width, 100 * box.y / self.height
        width, height = 100 * box.width / self.width, 100 * box.height / self.height
        return f"left:{left:.3f}%;top:{top:.3f}%;width:{width:.3f}%;height:{height:.3f}%"


def scene(artwork: Artwork) -> Scene | None:
    """Lay out a work; None where its size is not known."""
    if not artwork.width_cm or not artwork.height_cm:
        return None
    width, height = float(artwork.width_cm), float(artwork.height_cm)
    image = artwork.image
    framed = abs(image.width / image.height / (width / height) - 1) > 0.08
    if max(width, height) <= BY_HAND:
        return _beside_hand(width, height, framed=framed)
    return _beside_person(width, height, float(artwork.depth_cm or 0), framed=framed)


def words(artwork: Artwork) -> str:
    """Return the size of a work as somebody would tell it; "" where it is not known."""
    if not artwork.width_cm or not artwork.height_cm:
        return ""
    width, height = float(artwork.width_cm), float(artwork.height_cm)
    if max(width, height) <= BY_HAND:
        return _by_hand(max(width, height))
    said = [_by_person(height)]
    spans = width / PERSON
    if spans >= 1.4:
        said.append(
            ngettext(
                "As wide as %(count)s person with outstretched arms.",
                "As wide as %(count)s people with outstretched arms, side by side.",
                round(spans),
            )
            % {"count": round(spans)}
        )
    return " ".join(said)


def _beside_hand(width: float, height: float, *, framed: bool) -> Scene:
    margin, gap, hand = 5.0, 4.0, (13.5, 24.0)  # with the thumb, and some of the arm
    tall = max(height, hand[1]) + 2 * margin
    middle = tall / 2
    picture = Box(margin + hand[0] + gap, middle - height / 2, width, height)
    # Of a small thing the hand holds the middle; a larger one stands beside the whole of it.
    figure = (margin + 8.0, middle + hand[1] / 2)
    total = picture.x + width + margin
    return Scene("hand", total, tall, picture, figure, framed=framed)


def _beside_person(width: float, height: float, depth: float, *, framed: bool) -> Scene:
    margin, person, gap, above = 34.0, 52.0, 40.0, 24.0
    is_object = depth > 8 and depth >= 0.3 * min(width, height)
    plinth_height = max(0.0, min(110.0, 135 - height / 2)) if is_object else 0.0
    if is_object and height >= 110:
        plinth_height = 10.0
    bottom = plinth_height if is_object else max(EYES - height / 2, LOWEST)
    tall = above + max(PERSON, bottom + height)
    x = margin + person + gap
    picture = Box(x, tall - bottom - height, width, height)
    total = x + width + margin
    bench = plinth = None
    if is_object:
        wide = max(1.2 * width, 30.0)
        plinth = Box(x + width / 2 - wide / 2, tall - plinth_height, wide, plinth_height)
        total = max(total, plinth.x + wide + margin)
    elif width >= 1.4 * BENCH[0] and bottom >= BENCH[1] + 15:
        bench = Box(x + (width - BENCH[0]) / 2, tall - BENCH[1] + 10, *BENCH)
    return Scene(
        "person",
        total,
        tall + FLOOR,
        picture,
        (margin + person / 2, tall + 6),
        floor=tall,
        bench=bench,
        plinth=plinth,
        framed=framed,
    )


def _by_hand(longest: float) -> str:
    if longest <= 9:
        return _("Small enough to lie in the palm of a hand.")
    if longest < 0.85 * HAND:
        return _("A little smaller than a hand.")
    if longest <= 1.2 * HAND:
        return _("About as large as a hand.")
    return _("Small enough to be held in both hands.")


def _by_person(height: float) -> str:
    share = height / PERSON
    if share < 0.2:
        return _("Small beside a person: one steps up close to see it.")
    if share > 1.15:
        if share < 1.3:
            return _("A little taller than a person.")
        halves = round(2 * share)
        times = {"times": number_format(halves / 2 if halves % 2 else halves // 2)}
        return _("About %(times)s times the height of a person.") % times
    said = (
        _("About a quarter of the height of a person."),
        _("About a third of the height of a person."),
        _("About half the height of a person."),
        _("About two thirds of the height of a person."),
        _("About three quarters of the height of a person."),
        _("About as tall as a person."),
    )
    nearest = min(range(len(SHARES)), key=lambda place: abs(SHARES[place] - share))
    return said[nearest]

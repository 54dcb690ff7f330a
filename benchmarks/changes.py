"""Changed pictures of works and pictures of other works that look like them, made to be told apart.

For `bench_duplicates`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from artrec.demo.canvas import to_image
from artrec.demo.plan import Work, draw_work, plan_works

Change = Callable[[Image.Image, np.random.Generator], Image.Image]

SEED = 7


@dataclass(frozen=True)
class Drawn:
    """A work and its picture; no plan where the picture was opened."""

    image: Image.Image
    plan: Work | None


def drawn(count: int, size: int) -> list[Drawn]:
    """Works of the demo collection."""
    return list(drawing(count, size))


def drawing(count: int, size: int) -> Iterator[Drawn]:
    """Draw the works of the demo collection one after the other."""
    for plan in plan_works(count, SEED, size):
        yield Drawn(to_image(draw_work(plan, SEED)), plan)


def opened(folder: Path, count: int, size: int) -> list[Drawn]:
    """Pictures of a folder, drawn at random but the same each time."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in {".jpg", ".png", ".webp"})
    order = np.random.default_rng(SEED).permutation(len(paths))[:count]
    found = []
    for number in order:
        with Image.open(paths[number]) as file:
            image = file.convert("RGB")
        image.thumbnail((size, size))
        found.append(Drawn(image, None))
    return found


def recompressed(image: Image.Image, quality: int = 25) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


def scaled(image: Image.Image, share: float) -> Image.Image:
    return image.resize((round(image.width * share), round(image.height * share)))


def recoloured(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Another light: each channel scaled, the whole brightened or darkened."""
    values = np.asarray(image, np.float32) / 255
    values = values ** rng.uniform(0.7, 1.4) * rng.uniform(0.8, 1.15, 3) + rng.uniform(-0.04, 0.06)
    return Image.fromarray((np.clip(values, 0, 1) * 255).astype(np.uint8))


def cropped(image: Image.Image, rng: np.random.Generator, sides: float) -> Image.Image:
    """A part anywhere, whose sides are this share of the whole's."""
    width, height = (round(side * sides) for side in image.size)
    left = int(rng.integers(image.width - width + 1))
    top = int(rng.integers(image.height - height + 1))
    return image.crop((left, top, left + width, top + height))


def bordered(image: Image.Image) -> Image.Image:
    return ImageOps.expand(image, round(0.1 * max(image.size)), "white")


def rotated(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(205, 203, 200))


def marked(image: Image.Image) -> Image.Image:
    """Words across it, as picture agencies write them."""
    image = image.copy()
    draw = ImageDraw.Draw(image, "RGBA")
    size = max(10, image.height // 14)
    for top in range(0, image.height, image.height // 5 + 1):
        draw.text((10, top), "picture agency  " * 3, fill=(255, 255, 255, 140), font_size=size)
    return image


def framed(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Photographed in its frame on a lit wall, a little from the side."""
    side = max(image.size)
    image = ImageOps.expand(ImageOps.expand(image, side // 20, (70, 45, 25)), side // 50, "#bea05a")
    width, height = round(image.width * 1.7), round(image.height * 1.6)
    light = np.linspace(150, 225, width)[None, :, None] * np.array([1, 0.98, 0.94])
    values = light + rng.normal(0, 4, (height, width, 1))
    wall = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
    wall.paste(image, (round(image.width * 0.35), round(image.height * 0.25)))
    slant = 0.05 * width
    corners = (slant, 0, 0, height, width, height - slant, width - slant, slant)
    return wall.transform(wall.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


CHANGES: dict[str, Change] = {
    "recompressed, JPEG 25": lambda image, rng: recompressed(image),
    "scaled to a quarter": lambda image, rng: scaled(image, 0.25),
    "another light": recoloured,
    "black and white": lambda image, rng: image.convert("L").convert("RGB"),
    "blurred": lambda image, rng: image.filter(ImageFilter.GaussianBlur(max(image.size) / 200)),
    "watermark": lambda image, rng: marked(image),
    "white border": lambda image, rng: bordered(image),
    "cropped to 90 % of the sides": lambda image, rng: cropped(image, rng, 0.9),
    "cropped to 70 %": lambda image, rng: cropped(image, rng, 0.7),
    "cropped to 50 %": lambda image, rng: cropped(image, rng, 0.5),
    "quarter turn": lambda image, rng: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 3°": lambda image, rng: rotated(image, 3),
    "turned by 10°": lambda image, rng: rotated(image, 10),
    "mirrored": lambda image, rng: ImageOps.mirror(image),
    "mirrored and cropped to 80 %": lambda image, rng: cropped(ImageOps.mirror(image), rng, 0.8),
    "in its frame on the wall": framed,
}


def _plan(work: Drawn) -> Work:
    assert work.plan is not None, "look-alikes can only be drawn"
    return work.plan


def series(works: Sequence[Drawn], number: int) -> Image.Image:
    """Another work of the same hand, motif, format and palette."""
    return to_image(draw_work(_plan(works[number]), SEED + 1))


def colourway(works: Sequence[Drawn], number: int) -> Image.Image:
    """The same drawing in the colours of another work."""
    plan, other = _plan(works[number]), _plan(works[(number + 17) % len(works)])
    return to_image(draw_work(replace(plan, palette=other.palette), SEED))


def quotation(works: Sequence[Drawn], number: int) -> Image.Image:
    """Another work into which a part of this one is pasted."""
    image, other = works[number].image, works[(number + 29) % len(works)].image.copy()
    part = image.crop(
        (image.width // 3, image.height // 3, image.width * 3 // 4, image.height * 3 // 4)
    )
    part.thumbnail((other.width // 2, other.height // 2))
    other.paste(part, (other.width // 3, other.height // 3))
    return other


LOOK_ALIKES: dict[str, Callable[[Sequence[Drawn], int], Image.Image]] = {
    "same hand, motif and palette": series,
    "same drawing, other colours": colourway,
    "a part of it in another work": quotation,
}

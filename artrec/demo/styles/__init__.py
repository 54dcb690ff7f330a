"""The styles: each draws a picture from a palette and a hand. One file per style."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from artrec.demo.canvas import Hand, Picture
from artrec.demo.palettes import Palette
from artrec.demo.styles import (
    botanical,
    colour_fields,
    concentric,
    cutouts,
    engraving,
    flow_fields,
    gestural,
    hard_edge,
    ink_marks,
    masks,
    nocturnes,
    penrose,
    pointillism,
    ridges,
    still_life,
    truchet,
    watercolour,
    waves,
    weaves,
    woodcut,
)

Draw = Callable[[np.random.Generator, int, int, Palette, Hand], Picture]

# The key is the style as the public metadata names it.
STYLES: dict[str, Draw] = {
    "Colour field": colour_fields.draw,
    "Layered landscape": ridges.draw,
    "Hard edge": hard_edge.draw,
    "Watercolour": watercolour.draw,
    "Woodcut": woodcut.draw,
    "Still life": still_life.draw,
    "Flow field": flow_fields.draw,
    "Ink": ink_marks.draw,
    "Concentric": concentric.draw,
    "Gestural": gestural.draw,
    "Nocturne": nocturnes.draw,
    "Cut-out": cutouts.draw,
    "Pointillism": pointillism.draw,
    "Weave": weaves.draw,
    "Mask": masks.draw,
    "Tiling": truchet.draw,
    "Engraving": engraving.draw,
    "Botanical": botanical.draw,
    "Quasicrystal": penrose.draw,
    "Wave": waves.draw,
}

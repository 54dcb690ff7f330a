"""Pointillism: a quiet view, told in dots of neighbouring colours."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from artrec.demo.canvas import Field, Hand, Picture, blank, drawn
from artrec.demo.palettes import Colour, Palette, mix, oklab_to_srgb, ramp, shift, srgb_to_oklab
from artrec.demo.textures import line_noise


def _view(
    rng: np.random.Generator, x: Field, y: Field, palette: Palette, motif: int, aspect: float
) -> Colour:
    """Colours (N, 3) of the hidden view at positions x, y in 0..1."""
    c = palette.colours
    light = palette.ink if palette.dark else palette.ground
    sky = ramp([mix(c[3], light, 0.35), mix(c[1], light, 0.45), mix(c[4], light, 0.55)])
    horizon = rng.uniform(0.42, 0.62)
    out: Colour = sky[(y / horizon * 200).clip(0, 255).astype(int)].copy()
    sun_x, sun_y, sun_r = (
        rng.uniform(0.2, 0.8),
        horizon * rng.uniform(0.3, 0.8),
        rng.uniform(0.04, 0.09),
    )
    disc = np.hypot((x - sun_x) * aspect, y - sun_y)
    out[disc < sun_r] = mix(c[4], light, 0.15)
    halo = (disc >= sun_r) & (disc < 2 * sun_r)
    out[halo] = out[halo] * 0.6 + 0.4 * mix(c[4], light, 0.5)
    below = y > horizon
    near = ramp([mix(c[1], light, 0.2), c[0], shift(c[2], -0.05)])
    depth = ((y - horizon) / (1 - horizon)).clip(0, 1)
    out[below] = near[(depth[below] * 255).astype(int)]
    if motif == 0:  # water: the sun's path, broken by waves
        path = below & (np.abs(x - sun_x) < 0.03 + 0.09 * depth) & (np.sin(y * 160 + x * 12) > 0)
        out[path] = mix(c[4], light, 0.35)
    for k in range(2 + motif):  # hills or a line of trees
        line = line_noise(rng, 512, 160 if motif else 260, 4)
        crest = horizon + (0.13 * k - 0.05) + (0.02 + 0.022 * motif) * line[(x * 511).astype(int)]
        if motif == 0 and k == 1:
            break
        hill = (y > crest) & (y < (horizon + 0.012 if motif == 0 else 1.1))
        out[hill] = mix(mix(c[0], light, 0.35), shift(c[2], -0.06), k / (1 + motif))
    return out


def draw(
    rng: np.random.Generator, width: int, height: int, palette: Palette, hand: Hand
) -> Picture:
    """Draw one picture; returns (height, width, 3)."""
    longest = max(width, height)
    gap = longest / (118 - 40 * hand.line)
    ground = mix(palette.colours[1], palette.ground, 0.45)
    view_seed = int(rng.integers(2**31))
    layers = []
    for layer, (spacing, spread) in enumerate(((gap * 1.5, 1.25), (gap, 0.85))):
        columns, rows = int(width / spacing) + 2, int(height / spacing) + 2
        gx, gy = np.meshgrid(np.arange(columns), np.arange(rows))
        px = ((gx + 0.5 * (gy % 2)).ravel() + rng.normal(0, 0.22, gx.size)) * spacing
        py = (gy.ravel() + rng.normal(0, 0.22, gx.size)) * spacing
        nx, ny = (px / width).clip(0, 0.999), (py / height).clip(0, 0.999)
        view = _view(np.random.default_rng(view_seed), nx.astype(np.float32), ny.astype(np.float32),
                     palette, hand.motif, width / height)  # fmt: skip
        lab = srgb_to_oklab(view)
        lab[:, 0] += rng.normal(0, 0.026 + 0.012 * layer, len(lab))
        # Divided colour: each dot leans to one side of the hue it stands for.
        lab[:, 1:] += rng.normal(0, 0.018, (len(lab), 2))
        tone = (oklab_to_srgb(lab) * 255 + 0.5).astype(int)
        radius = spacing * spread * 0.56 * rng.uniform(0.75, 1.15, len(lab))
        keep = rng.random(len(lab)) < (1 if layer == 0 else 0.72 + 0.25 * hand.density)
        layers.append((px[keep], py[keep], radius[keep], tone[keep]))

    def dots(pen: ImageDraw.ImageDraw, scale: int) -> None:
        for px, py, radius, tone in layers:
            order = rng.permutation(len(px))
            boxes = (
                np.stack((px - radius, py - radius, px + radius, py + radius), axis=1)[order]
                * scale
            )
            for box, colour in zip(boxes.tolist(), tone[order].tolist(), strict=True):
                pen.ellipse(box, fill=tuple(colour))

    return drawn(blank(width, height, ground), dots)

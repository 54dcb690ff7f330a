"""Figures of quality as bars, lines and areas; templates draw what stands here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.lab import charts
from webapp.lab.charts import Axis, Bar
from webapp.quality.models import Comparison, Entry
from webapp.quality.published import TABLE, Published
from webapp.quality.queries import Measured

Figures = Mapping[str, Any]
SHOWN: Final = 10
"""The k by which spaces are compared."""
SURE: Final = 0.05
"""A p-value below it is told as no chance."""
TITLES: Final[Mapping[str, str]] = {
    "resnet50": "ResNet50",
    "resnet18": "ResNet18",
    "vgg19": "VGG19",
    "nasnet_large": "NASNet Large",
    "inception_v3": "InceptionV3",
    "inception_resnet_v2": "InceptionResNetV2",
    "convnext": "ConvNeXt Tiny",
    "dinov2": "DINOv2 Small",
    "siglip2": "SigLIP 2 Base",
    "mobilenetv2_100": "MobileNetV2",
    "clip": "CLIP ViT-B/32",
    "lbp": "LBP",
    "attractiveness": "Attractiveness",
    "colour": "Colour",
    "handmade": "Handmade",
    "random": "By lot",
}
"""What people call an extractor, by the first part of its name."""
RECALL: Final = "recall@20"
MEASURES: Final = (
    (RECALL, "Found in 20", "Share of visitors whose last choice is among the first 20 places"),
    ("ndcg@20", "nDCG@20", "The same, and more the higher it stands"),
    ("auc", "AUC", "Share of other works that stand below the last choice"),
    ("style", "Same style", "Share of the ten nearest works of the same style"),
    ("artist", "Same artist", "Share of the ten nearest works by the same artist"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and its bar; `of` is what is written beside it."""

    of: str
    bar: Bar | None = None
    chance: float | None = None
    """Where chance stands on the axis, per cent from the left."""
    span: str = ""
    """The interval in figures."""
    versus: str = ""
    """The difference to whom it was tested against, and its p-value…"""
    versus_span: str = ""
    """…its interval…"""
    sure: bool = False
    """…and whether that is more than chance."""


@dataclass(frozen=True, slots=True)
class Row:
    """A space in the overview."""

    measured: Measured
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Labels:
    """Precision of one kind of label."""

    title: str
    rows: tuple[tuple[str, Cell], ...]
    chance: float | None
    labelled: int
    values: int


@dataclass(frozen=True, slots=True)
class Contestant:
    """An extractor in a comparison."""

    entry: Entry
    title: str
    cells: tuple[Cell, ...]
    serves: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """What was published of an extractor, and what was found here."""

    title: str
    published: Published
    here: str


def title(extractor: str) -> str:
    """What people call an extractor."""
    first, _, rest = extractor.partition("/")
    known = TITLES.get(first, first)
    return known if rest in ("", "pad") else f"{known}, {rest}"


def overview(spaces: Sequence[Measured]) -> list[Row]:
    """Spaces side by side: each column has one axis."""
    rows: list[list[Cell]] = [[] for _ in spaces]
    for kind in ("style", "artist"):
        found = [_at(each.figures, kind) for each in spaces]
        rated = [each for each in found if each]
        on = charts.axis([0.0, *(each["high"] for each in rated)])
        for cells, each, space in zip(rows, found, spaces, strict=True):
            cells.append(_cell(on, each, space.figures[kind]["chance"] if each else None))
    for cells, space in zip(rows, spaces, strict=True):
        cells += _plain(space.figures) if space.figures else [Cell("–")] * 3
    return [Row(space, tuple(cells)) for space, cells in zip(spaces, rows, strict=True)]


def labels(figures: Figures) -> list[Labels]:
    """Precision at each k, of styles and of artists, on one axis."""
    kinds = [(kind, name) for kind, name in _KINDS if figures[kind]["at"]]
    highs = [each["high"] for kind, _ in kinds for each in figures[kind]["at"]]
    on = charts.axis([0.0, *highs])
    return [
        Labels(
            title=name,
            rows=tuple(
                (f"{each['k']}", _cell(on, each, figures[kind]["chance"]))
                for each in figures[kind]["at"]
            ),
            chance=figures[kind]["chance"],
            labelled=figures[kind]["labelled"],
            values=figures[kind]["values"],
        )
        for kind, name in kinds
    ]


def styles(figures: Figures) -> list[tuple[str, int, Cell]]:
    """Style by style: name, works, precision."""
    on = charts.axis([0.0, *(each["high"] for each in figures["styles"])])
    return [(each["name"], each["works"], _cell(on, each)) for each in figures["styles"]]


def layers(figures: Figures) -> list[tuple[int, tuple[Cell, ...]]]:
    """Layer by layer of the map: neighbourhoods, and how pure they are of style and of hand."""
    told = figures.get("layers", {}).get("layers", ())
    return [
        (each["neighbourhoods"], tuple(_purity(each[kind]) for kind, _ in _KINDS)) for each in told
    ]


def _purity(each: Figures | None) -> Cell:
    """On an axis that ends at what so many neighbourhoods can reach."""
    if not each:
        return Cell("–")
    on, pure = Axis(0.0, each["most"]), each["purity"]
    span = f"at most {each['most']:.2f}"
    return Cell(f"{pure:.2f}", charts.bar(on, pure, 0.0, pure), on.place(each["lot"]), span)


def spectrum(figures: Figures) -> str:
    """Share of the variance in the first directions, as the `d` of a path in 100 by 40."""
    points = figures["dimension"]["spectrum"]
    last = max(points[-1][0] - 1, 1)
    return "M" + " L".join(f"{100 * (n - 1) / last:.2f},{40 - 38 * v:.2f}" for n, v in points)


def likeness(figures: Figures) -> dict[str, str]:
    """How alike works drawn by lot are, and nearest neighbours, as areas in 100 by 40."""
    both = {name: figures["similarity"][name] for name in ("pairs", "nearest")}
    high = max(max(values) for values in both.values()) or 1.0
    return {name: _area([value / high for value in values]) for name, values in both.items()}


def contestants(comparison: Comparison, serving: str) -> list[Contestant]:
    """What was measured, best first; of the rest nothing."""
    entries = [each for each in comparison.entries.all() if each.state == Entry.State.READY]
    axes = {
        key: charts.axis(
            [
                each.figures[key][bound]
                for each in entries
                if key in each.figures
                for bound in ("low", "high")
            ]
        )
        for key, _, _ in MEASURES
    }
    by = RECALL if comparison.visitors else "style"
    entries.sort(key=lambda each: -each.figures.get(by, {}).get("mean", 0.0))
    return [
        Contestant(
            entry=each,
            title=title(each.extractor),
            cells=tuple(_cell(axes[key], each.figures.get(key)) for key, _, _ in MEASURES),
            serves=each.extractor == serving,
        )
        for each in entries
    ]


def references(comparison: Comparison | None) -> list[Reference]:
    """The published table, as it stands, with our figure where there is one."""
    entries = comparison.entries.all() if comparison else ()
    ours = {each.extractor.partition("/")[0]: each.figures.get(RECALL) for each in entries}
    return [
        Reference(title(name), row, _cell(_WHOLE, ours.get(name)).of) for name, row in TABLE.items()
    ]


def left_out(comparison: Comparison) -> list[tuple[str, Entry]]:
    """What could not be measured, by title."""
    entries = comparison.entries.all()
    return [(title(each.extractor), each) for each in entries if each.state == Entry.State.FAILED]


def verdict(comparison: Comparison) -> list[str]:
    """Who ranks best and who has the best neighbours, in a sentence each."""
    ready = [each for each in comparison.entries.all() if each.state == Entry.State.READY]
    wanted = (
        (RECALL, "finds most of what visitors chose last"),
        ("style", "has most neighbours of the same style"),
    )
    return [said for key, words in wanted if (said := _best(ready, key, words))]


def base(comparison: Comparison) -> str:
    """Against whom the others were tested, by title; "" where nobody was."""
    entries = comparison.entries.all()
    tested = [
        cell["against"] for each in entries for cell in each.figures.values() if "against" in cell
    ]
    return title(tested[0]["extractor"]) if tested else ""


def _best(entries: Iterable[Entry], key: str, words: str) -> str:
    rated = [each for each in entries if key in each.figures]
    if len(rated) < 2:
        return ""
    best = max(rated, key=lambda each: each.figures[key]["mean"])
    said = f"{title(best.extractor)} {words}"
    if against := best.figures[key].get("against"):
        sure = "surely" if against["p"] < SURE else "within chance"
        beside = f"{_signed(against['mean'])} beside {title(against['extractor'])}"
        return f"{said}: {beside} ({_span(against)}, {_p_value(against)}), {sure}."
    tests = {each: each.figures[key].get("against") for each in rated if each is not best}
    near = [title(each.extractor) for each, test in tests.items() if test and test["p"] >= SURE]
    if not near:
        return f"{said}{', surely' if any(tests.values()) else ''}."
    listed = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} and {near[-1]}"
    return f"{said}, within chance of {listed}."


def _p_value(test: Figures) -> str:
    return "p < 0.001" if test["p"] < 0.001 else f"p = {test['p']:.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _span(test: Figures) -> str:
    return f"{_signed(test['low'])} to {_signed(test['high'])}"


_WHOLE: Final = Axis(0.0, 1.0)
_KINDS: Final = (("style", "Same style"), ("artist", "Same artist"))


def _at(figures: Figures, kind: str) -> Figures | None:
    found = figures[kind]["at"] if figures else []
    return next((each for each in found if each["k"] == SHOWN), None)


def _cell(on: Axis, each: Figures | None, chance: float | None = None) -> Cell:
    if not each:
        return Cell("–")
    bar = charts.bar(on, each["mean"], each["low"], each["high"])
    place = None if chance is None else on.place(chance)
    test = each.get("against")
    return Cell(
        f"{each['mean']:.3f}",
        bar,
        place,
        span=f"{each['low']:.3f} to {each['high']:.3f}",
        versus=f"{_signed(test['mean'])}, {_p_value(test)}" if test else "",
        versus_span=_span(test) if test else "",
        sure=bool(test and test["p"] < SURE),
    )


def _plain(figures: Figures) -> list[Cell]:
    hubs, dimension = figures["hubs"], figures["dimension"]
    inner = dimension["two_nn"]
    return [
        Cell(f"{hubs['skewness']:.1f}"),
        Cell(f"{hubs['orphans'] / hubs['among']:.0%}"),
        Cell(f"{'–' if inner is None else format(inner, '.0f')} of {dimension['columns']}"),
    ]


def _area(shares: Sequence[float]) -> str:
    step = 100 / (len(shares) - 1)
    points = " L".join(f"{n * step:.2f},{40 - 38 * share:.2f}" for n, share in enumerate(shares))
    return f"M0,40 L{points} L100,40 Z"

"""Names that curators gave go over to the next map, by who lives where; what changed is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from artrec.atlas.matching import Matching, match
from webapp.studio import queries
from webapp.studio.models import Map, Naming, Neighbourhood
from webapp.studio.queries import Tree

Members = dict[int, int]
"""Work: number of its neighbourhood within a layer."""


def carry_names(found: Map, former: Map | None) -> dict[str, Any]:
    """Give neighbourhoods of a new map the names of those of `former` that they took over.

    Returns what changed, for `Map.changes`: {"layers": [...]}, each layer as `_told` says, coarse
    to fine; empty without a former map of the same purpose. To be called in the transaction that
    stores the map.
    """
    if former is None or former.purpose != found.purpose:
        return {}
    before, after = queries.tree(former), queries.tree(found)
    old_members, new_members = _members(former, before), _members(found, after)
    told = []
    homeless: list[tuple[Neighbourhood, Members]] = []
    for layer, old in enumerate(before.layers):
        named = [node for node in old if node.named is not None]
        if layer >= len(after.layers):
            homeless += [(node, old_members[layer]) for node in named]
            continue
        matching = match(old_members[layer], new_members[layer])
        told.append(_told(matching, old_members[layer], new_members[layer]))
        for node in named:
            if node.number in matching.pairs:
                _hand_over(node, after.layers[layer][matching.pairs[node.number]])
            else:
                homeless.append((node, old_members[layer]))
    _house(homeless, after, new_members)
    return {"layers": told}


def _house(
    homeless: Iterable[tuple[Neighbourhood, Members]], after: Tree, members: Sequence[Members]
) -> None:
    """Let a name whose neighbourhood has no successor go to the one, of any layer, that holds most
    of the same works, unless a curator's name is there already."""
    for node, before in homeless:
        alone = {work: int(number == node.number) for work, number in before.items()}
        homes = []
        for nodes, now in zip(after.layers, members, strict=True):
            matching = match(alone, now)
            if 1 in matching.pairs and nodes[matching.pairs[1]].named is None:
                homes.append((matching.overlap[1], nodes[matching.pairs[1]]))
        if homes:
            _hand_over(node, max(homes, key=lambda home: home[0])[1])


def _hand_over(old: Neighbourhood, new: Neighbourhood) -> None:
    new.name, new.named, new.named_by = old.name, old.named, old.named_by
    new.save(update_fields=["name", "named", "named_by"])
    history = Naming.objects.filter(neighbourhood=old).order_by("time", "pk")
    Naming.objects.bulk_create(
        Naming(
            neighbourhood=new, before=row.before, after=row.after, by_id=row.by_id, time=row.time
        )
        for row in history
    )


def _told(matching: Matching, before: Members, after: Members) -> dict[str, Any]:
    """What became of the neighbourhoods of a layer, as JSON: lists of numbers in the layer.

    Keys: "pairs" [[old, new, share of works in both], ...], "born", "gone", "merged" [[new, [old,
    ...]], ...], "split" [[old, [new, ...]], ...], "moved" [[work, old, new], ...] of works that
    changed sides, "stability".
    """
    return {
        "pairs": [
            [old, new, round(matching.overlap[old], 3)] for old, new in matching.pairs.items()
        ],
        "born": list(matching.born),
        "gone": list(matching.gone),
        "merged": [[new, list(old)] for new, old in matching.merged.items()],
        "split": [[old, list(new)] for old, new in matching.split.items()],
        "moved": [[work, before[work], after[work]] for work in matching.moved],
        "stability": round(matching.stability, 4),
    }


def _members(found: Map, tree: Tree) -> list[Members]:
    """By layer, the neighbourhood of each work."""
    places = queries.places(found)
    layers: list[Members] = []
    for nodes in tree.layers:
        number = {leaf: node.number for node in nodes for leaf in tree.leaves(node)}
        layers.append(
            dict(
                zip(places.ids.tolist(), map(number.__getitem__, places.leaf.tolist()), strict=True)
            )
        )
    return layers

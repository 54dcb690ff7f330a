"""One step of DVBPR: what is looked at, what is penalised, what is frozen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from artrec.data import Interactions
from artrec.models.contract import Ints, Pixels
from artrec.models.dvbpr_config import DVBPRConfig, UserPenalty
from artrec.models.dvbpr_network import DVBPRNetwork
from artrec.models.picture_towers import build_tower
from artrec.training.batches import Batch, make_batch
from artrec.training.config import Reduction, TrainingConfig
from artrec.training.validation import encode_all

SUM = TrainingConfig(loss="bpr", reduction="sum", l2=1.0)
SETTINGS = DVBPRConfig(visual_dim=3, latent_dim=2, bias=True, training=SUM)
LOG = Interactions.build(
    [0, 0, 1, 1, 2],
    [0, 1, 1, 2, 3],
    user_ids=["a", "b", "c", "d"],
    item_ids=[f"i{row}" for row in range(6)],
)


class Watched:
    """Pictures that know which rows were taken."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.taken: list[list[int]] = []

    def __getitem__(self, rows: Ints) -> Pixels:
        self.taken.append(rows.tolist())
        return self.pixels[rows]


def network(config: DVBPRConfig = SETTINGS, size: int = 16) -> DVBPRNetwork:
    torch.manual_seed(0)
    pixels = np.random.default_rng(0).integers(0, 256, (6, size, size, 3), dtype=np.uint8)
    watched: Any = Watched(pixels)
    tower = build_tower(
        config.network, config.visual_dim, size, pretrained=False, weights=None, stages=1
    )
    return DVBPRNetwork(tower, watched, LOG, config)


def taken(made: DVBPRNetwork) -> list[list[int]]:
    watched: Any = made.pixels
    rows: list[list[int]] = watched.taken
    return rows


def pictures(made: DVBPRNetwork) -> Pixels:
    watched: Any = made.pixels
    pixels: Pixels = watched.pixels
    return pixels


def batch() -> Batch:
    """Users b, a, b; items 1, 2, 4, 5."""
    return make_batch(
        items=np.array([1, 2, 4, 5]),
        users=np.array([0, 1]),
        profile=np.zeros(0, np.int64),
        lengths=np.zeros(2, np.int64),
        rows=np.array([1, 0, 1]),
        positive=np.array([0, 0, 1]),
        negative=np.array([[2], [1], [3]]),
    )


def test_every_picture_of_a_batch_is_looked_at_once() -> None:
    made = network()

    made.encode(batch().items)

    assert taken(made) == [[1, 2, 4, 5]]


def test_a_score_is_the_sum_of_the_formula() -> None:
    made = network().eval()
    torch.nn.init.normal_(made.biases)
    some = batch()
    encoded = made.encode(some.items)

    scores = (made.user_vectors(some, encoded)[some.rows] * encoded[some.positive]).sum(dim=1)

    for score, user, item in zip(scores, [1, 0, 1], [1, 1, 2], strict=True):
        picture = torch.from_numpy(pictures(made)[[item]])
        looks = made.users[user, :3] @ made.tower(picture)[0]
        latent = made.users[user, 3:] @ made.latent[item]
        torch.testing.assert_close(score, looks + latent + made.biases[item, 0])


def test_items_nobody_chose_have_no_latent_part_and_the_usual_bias() -> None:
    made = network().eval()
    torch.nn.init.normal_(made.biases)

    encoded = made.encode(torch.tensor([3, 4]))

    assert encoded[0, 3:5].abs().min() > 0
    assert encoded[1, 3:5].tolist() == [0, 0]
    torch.testing.assert_close(encoded[1, 5], made.biases[:4].mean())


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("penalty", ["rows", "norm"])
def test_the_penalty_is_the_formula_term_by_term(
    reduction: Reduction, penalty: UserPenalty
) -> None:
    training = replace(SUM, reduction=reduction)
    config = replace(
        SETTINGS, cnn_l2=0.5, user_l2=2.0, latent_l2=3.0, user_penalty=penalty, training=training
    )
    made = network(config)
    torch.nn.init.normal_(made.biases)
    some = batch()

    found = made.penalty(some, made.encode(some.items))

    expected = 0.0
    for name, values in made.tower.named_parameters():
        if name.endswith("weight") and values.ndim > 1:
            expected += 0.5 * float((values.detach().double() ** 2).sum()) / 2
    users = made.users.detach().double()
    for user in (1, 0, 1):
        if penalty == "rows":
            expected += 2.0 * float((users[user, :3] ** 2).sum()) / 2
        expected += 3.0 * float((users[user, 3:] ** 2).sum()) / 2
    if penalty == "norm":
        expected += 2.0 * float((users[:, :3] ** 2).sum()) ** 0.5
    for item in (1, 2, 4, 5):
        expected += 3.0 * float((made.latent[item].detach().double() ** 2).sum()) / 2
        expected += 3.0 * float(made.biases[item, 0].detach().double()) ** 2 / 2
    examples = 3 if reduction == "mean" else 1
    assert float(found.detach()) == pytest.approx(expected / examples, rel=1e-5)


def test_a_frozen_backbone_sees_each_picture_once_and_learns_nothing() -> None:
    config = replace(SETTINGS, network="resnet18", frozen_epochs=2)
    made = network(config, size=32)
    made.begin_epoch(1)
    made.train()
    some = batch()

    encoded = made.encode(some.items)
    made.encode(some.items)
    torch.autograd.backward(encoded.square().sum() + made.penalty(some, encoded))

    assert sorted(row for rows in taken(made) for row in rows) == list(range(6))
    assert all(each.grad is None for each in made.tower.body.parameters())
    assert made.tower.head.weight.grad is not None


def test_a_backbone_learns_in_its_last_stage_once_it_is_thawed() -> None:
    config = replace(SETTINGS, network="resnet18", frozen_epochs=2)
    made = network(config, size=32)
    made.begin_epoch(1)
    frozen = made.encode(torch.arange(6))
    made.begin_epoch(2)
    made.train()
    some = batch()

    encoded = made.encode(some.items)
    torch.autograd.backward(encoded.square().sum() + made.penalty(some, encoded))

    torch.testing.assert_close(encoded, frozen[some.items], rtol=1e-4, atol=1e-5)
    learning = {name for name, each in made.tower.body.named_parameters() if each.grad is not None}
    assert learning
    assert all(name.startswith("layer4.") for name in learning)


def test_the_catalogue_is_encoded_in_blocks() -> None:
    made = network().eval()
    whole = encode_all(made)
    taken(made).clear()

    made.items_at_once = 4

    torch.testing.assert_close(encode_all(made), whole, rtol=1e-5, atol=1e-6)
    assert taken(made) == [[0, 1, 2, 3], [4, 5]]

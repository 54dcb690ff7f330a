"""ACF's network against the formulas of the paper, written as loops over scalars."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from artrec.models.acf_config import ACFConfig
from artrec.models.acf_network import ACFNetwork, segment_softmax
from artrec.models.contract import Profiles
from artrec.models.inputs import Inputs
from artrec.training.batches import Batch, from_profiles, make_batch

C1, C2 = 0.7, -1.3  # the constants of both attentions, which cancel
PARTS = np.array([[[1, 2], [0, -1]], [[-1, 1], [2, 0.5]], [[0.5, 0], [1, -2]]], dtype=np.float64)

INPUTS = Inputs(np.zeros(2, np.float32), np.ones(2, np.float32))


def network(config: ACFConfig, n_users: int = 2, n_items: int = 3) -> ACFNetwork:
    """Hand-set weights in double precision: 0.1, -0.2, 0.3, ... over all numbers."""
    made = ACFNetwork(n_users, n_items, PARTS[:n_items], INPUTS, config)
    made = made.double()
    count = 0
    with torch.no_grad():
        for parameter in made.parameters():
            numbers = torch.arange(count, count + parameter.numel(), dtype=torch.float64)
            values = (1 - 2 * (numbers % 2)) * (0.1 * (numbers % 11) + 0.1)
            parameter.copy_(values.reshape(parameter.shape))
            count += parameter.numel()
    return made


def tiny(**settings: object) -> ACFConfig:
    return ACFConfig(dim=2, attention=2, known_users="trained", **settings)  # type: ignore[arg-type]


def triplet_batch() -> Batch:
    """User 0 chose items 0 and 2, user 1 item 1, user 0 again all three."""
    return make_batch(
        items=np.arange(3),
        users=np.array([0, 1, 0]),
        profile=np.array([0, 2, 1, 2, 0, 1]),
        lengths=np.array([2, 1, 3]),
        rows=np.array([0, 1, 2]),
        positive=np.array([1, 0, 2]),
        negative=np.array([[2], [2], [0]]),
    )


def paper_score(net: ACFNetwork, user: int, profile: list[int], item: int) -> Tensor:
    """s(i, j), one scalar after the other."""
    weight = dict(net.named_parameters())
    u, v = weight["users"][user], weight["item_table"]
    p = v if net.config.tied else weight["chosen_table"]
    logits, units = [], range(net.config.attention)
    for chosen in profile:
        parts = list(net.parts[chosen])
        b = []
        for part in parts:
            total = torch.tensor(C2, dtype=torch.float64)
            for h in units:
                mapped = weight["over_parts.maps.0.weight"][h] @ u
                mapped = mapped + weight["over_parts.maps.1.weight"][h] @ part
                mapped = torch.relu(mapped + weight["over_parts.bias"][h])
                total = total + weight["over_parts.out.weight"][0, h] * mapped
            b.append(total)
        x = _weighted_mean(b, parts)
        inputs = [u, p[chosen], x] if net.config.tied else [u, v[chosen], p[chosen], x]
        total = torch.tensor(C1, dtype=torch.float64)
        for h in units:
            mapped = weight["over_items.bias"][h]
            for k, each in enumerate(inputs):
                mapped = mapped + weight[f"over_items.maps.{k}.weight"][h] @ each
            total = total + weight["over_items.out.weight"][0, h] * torch.relu(mapped)
        logits.append(total)
    attended = _weighted_mean(logits, [p[chosen] for chosen in profile])
    start = u if net.config.add_user == "raw" else weight["over_items.maps.0.weight"] @ u
    return (start + attended) @ v[item] / net.config.divisor


def _weighted_mean(logits: list[Tensor], vectors: list[Tensor]) -> Tensor:
    """Vectors weighted by the softmax of the logits."""
    total, result = torch.tensor(0.0), torch.zeros_like(vectors[0])
    for each in logits:
        total = total + torch.exp(each)
    for each, vector in zip(logits, vectors, strict=True):
        result = result + torch.exp(each) / total * vector
    return result


@pytest.mark.parametrize(
    "mode",
    [{}, {"tied": True}, {"tied": True, "add_user": "projected", "divide_by_dim": True}],
)
def test_scores_and_gradients_are_those_of_the_paper(mode: dict[str, object]) -> None:
    net, batch = network(tiny(**mode)), triplet_batch()
    profiles, users = [[0, 2], [1], [2, 0, 1]], [0, 1, 0]

    encoded = net.encode(batch.items)
    scores = net.user_vectors(batch, encoded) @ net.item_vectors(encoded).T
    margin = scores[batch.rows, batch.positive] - scores[batch.rows, batch.negative[:, 0]]
    torch.autograd.backward(functional.softplus(-margin).mean())

    found = {name: each.grad for name, each in net.named_parameters() if each.grad is not None}
    net.zero_grad()
    expected = torch.stack(
        [
            torch.stack([paper_score(net, user, profile, item) for item in range(3)])
            for user, profile in zip(users, profiles, strict=True)
        ]
    )
    margin = expected[[0, 1, 2], [1, 0, 2]] - expected[[0, 1, 2], [2, 2, 0]]
    torch.autograd.backward(functional.softplus(-margin).mean())
    torch.testing.assert_close(scores, expected)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad, msg=name)
    assert float(found["over_parts.maps.0.weight"].abs().max()) > 1e-6  # both attentions learn


def test_attention_of_each_profile_sums_to_one() -> None:
    logits = torch.tensor([0.0, 1000.0, 2.0, -1000.0, -1000.0])
    owners = torch.tensor([0, 0, 2, 3, 3])

    weights = segment_softmax(logits, owners, 4)

    assert weights.tolist() == [0, 1, 1, 0.5, 0.5]


def test_a_profile_in_a_block_is_served_as_alone() -> None:
    net = network(tiny())
    together = Profiles(np.array([0, 2, 2, 3, 6]), np.array([0, 2, 1, 2, 0, 1]))
    users = np.array([0, 1, -1, 1])

    block = _vectors(net, together, users)

    alone = [
        _vectors(net, together.take(np.array([row])), users[[row]])[0] for row in range(len(users))
    ]
    torch.testing.assert_close(block, torch.stack(alone))
    torch.testing.assert_close(block[1], net.users[1])  # who chose nothing is u alone


def test_a_stranger_is_the_mean_user_or_nobody() -> None:
    profile = Profiles(np.array([0, 2]), np.array([0, 2]))
    mean, nobody = network(tiny()), network(tiny(strangers="zero"))
    with torch.no_grad():
        mean.users[0] = mean.users.mean(dim=0)
        mean.users[1] = mean.users[0]
        nobody.users[0] = 0

    for net in (mean, nobody):
        known, stranger = (_vectors(net, profile, np.array([user])) for user in (0, -1))
        torch.testing.assert_close(known, stranger)


def test_everyone_is_validated_as_they_will_be_served() -> None:
    profile = Profiles(np.array([0, 2]), np.array([0, 2]))
    net = network(ACFConfig(dim=2, attention=2))

    trained = _vectors(net, profile, np.array([0]))
    served = _vectors(net.eval(), profile, np.array([0]))

    torch.testing.assert_close(served, _vectors(net, profile, np.array([-1])))
    assert not torch.allclose(trained, served)


def test_dropped_users_train_as_strangers() -> None:
    profile = Profiles(np.array([0, 2]), np.array([0, 2]))
    net = network(tiny(user_dropout=1.0))

    dropped = _vectors(net.train(), profile, np.array([0]))

    torch.testing.assert_close(dropped, _vectors(net.eval(), profile, np.array([-1])))


def test_an_untied_network_has_the_parameters_of_the_paper() -> None:
    parts = np.zeros((7, 4, 6), dtype=np.float32)

    net = ACFNetwork(5, 7, parts, INPUTS, ACFConfig(dim=3, attention=8))

    vectors = 5 * 3 + 7 * 3 + 7 * 3
    over_items = (3 + 3 + 3 + 6) * 8 + 8 + 8
    over_parts = (3 + 6) * 8 + 8 + 8
    assert sum(each.numel() for each in net.parameters()) == vectors + over_items + over_parts


def test_tied_and_content_networks_have_fewer() -> None:
    parts = np.zeros((7, 4, 6), dtype=np.float32)

    def count(config: ACFConfig) -> int:
        net = ACFNetwork(5, 7, parts, INPUTS, config)
        return sum(each.numel() for each in net.parameters())

    published = count(ACFConfig(dim=3, attention=8))
    assert count(ACFConfig(dim=3, attention=8, tied=True)) == published - 7 * 3 - 3 * 8
    content = ACFConfig(dim=3, attention=8, items="content")
    assert count(content) == published - 2 * 7 * 3 + 2 * 6 * 3
    mixed = ACFConfig(dim=3, attention=8, items="content", residual=True)
    assert count(mixed) == count(content) + 7 * 3


def test_the_penalty_is_of_the_weights_and_of_the_vectors_used() -> None:
    net, batch = network(tiny()), triplet_batch()
    encoded = net.encode(batch.items)

    penalty = net.penalty(batch, encoded)

    assert net.item_table is not None
    assert net.chosen_table is not None
    u, v, p = (each.square().sum(dim=1) for each in (net.users, net.item_table, net.chosen_table))
    used = (2 * u[0] + u[1]) / 3 + v.mean() + (2 * v[2] + v[0]) / 3 + p.mean()
    weights = sum(
        each.square().sum() for name, each in net.named_parameters() if name.endswith("weight")
    )
    torch.testing.assert_close(penalty, (used + weights) / 2)


def _vectors(net: ACFNetwork, profiles: Profiles, users: np.ndarray) -> Tensor:
    batch = from_profiles(profiles, users, net.n_items)
    return net.user_vectors(batch, net.encode(batch.items))

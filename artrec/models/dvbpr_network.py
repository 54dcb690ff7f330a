"""DVBPR's network: pictures through a tower, users and latent factors by tables.

An item is [phi(X_i), g_i, b_i], a user [t_u, g_u, 1]; the bias column is 0 where there is none.

Letters used in shapes: U users, N items, K visual and G latent dimensions, T = K + G + 1,
D dimensions before the tower's last layer, n items of a batch, P profiles.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from artrec.data import Interactions
from artrec.models.contract import Pixels
from artrec.models.dvbpr_config import DVBPRConfig
from artrec.models.picture_towers import Tower
from artrec.training.batches import Batch
from artrec.training.network import Network

PICTURES_AT_ONCE = 256
"""Through the network, where nothing is trained."""


class DVBPRNetwork(Network):
    """A tower over pictures that stay where they are, as bytes; a batch takes the rows it needs."""

    items_at_once = PICTURES_AT_ONCE
    chosen: Tensor

    def __init__(
        self, tower: Tower, pixels: Pixels, log: Interactions, config: DVBPRConfig
    ) -> None:
        super().__init__()
        self.n_items = log.n_items
        self.config = config
        self.tower = tower
        self.pixels = pixels
        tables = _tables(log.n_users, log.n_items, config)
        self.users = nn.Parameter(tables[0])
        """(U, K + G) t_u, then g_u."""
        self.latent = nn.Parameter(tables[1])
        """(N, G)"""
        self.biases = nn.Parameter(torch.zeros(log.n_items, 1), requires_grad=config.bias)
        # Data, not state: what is no parameter would be copied into every checkpoint.
        chosen = torch.from_numpy(log.item_counts > 0)[:, None]
        self.register_buffer("chosen", chosen, persistent=False)
        self.seen = log.user_counts > 0
        """(U,) users who take part in the training."""
        self.frozen = False
        self.features: Tensor | None = None
        """(N, D) of a frozen body, so that no picture goes through it twice."""
        self.looks: Tensor | None = None
        """(N, K) once the training is over."""
        self.trained_on = torch.device("cpu")

    def begin_epoch(self, epoch: int) -> None:
        """A pretrained body is frozen at first: an untrained head would only spoil it."""
        self.frozen = self.tower.pretrained and (
            epoch < self.config.frozen_epochs or not self.config.trained_stages
        )
        self.trained_on = self.users.device
        if not self.frozen:
            self.features = None

    def encode(self, items: Tensor) -> Tensor:
        """(n,) to (n, T). Items never chosen have no latent part, and the usual bias."""
        chosen = self.chosen[items]
        bias = torch.where(chosen, self.biases[items], self.usual_bias())
        return torch.cat((self._looks(items), self.latent[items] * chosen, bias), dim=1)

    def usual_bias(self) -> Tensor:
        """() mean bias of the items somebody chose, which others are given."""
        return (self.biases * self.chosen).sum() / self.chosen.sum().clamp(min=1)

    def user_vectors(self, batch: Batch, encoded: Tensor) -> Tensor:
        """(P, T); zeros and a 1 for nobody in particular."""
        table = self.users[batch.users.clamp(min=0)] * (batch.users >= 0)[:, None]
        return torch.cat((table, table.new_ones(len(table), 1)), dim=1)

    def penalty(self, batch: Batch, encoded: Tensor) -> Tensor:
        """() of a whole batch as published, divided by its examples where the loss is."""
        config = self.config
        total = config.cnn_l2 / 2 * _squares(*self._weights())
        rows = self.users[batch.users[batch.rows].clamp(min=0)]
        visual, latent = rows[:, : config.visual_dim], rows[:, config.visual_dim :]
        if config.user_penalty == "norm":
            total = total + config.user_l2 * self.users[:, : config.visual_dim].norm()
        else:
            total = total + config.user_l2 / 2 * _squares(visual)
        tables = latent, self.latent[batch.items], self.biases[batch.items]
        total = total + config.latent_l2 / 2 * _squares(*tables)
        return total if config.training.reduction == "sum" else total / max(len(batch.rows), 1)

    @torch.no_grad()
    def settle(self) -> None:
        """Take every picture through the trained network once, where it was trained, for good."""
        home = self.users.device
        self.to(self.trained_on).eval()
        self.looks = torch.cat([self._looks(some) for some in self.blocks()]).to(home)
        self.to(home)

    def _weights(self) -> list[nn.Parameter]:
        """Trained weights of the tower without its biases."""
        part = self.tower.head if self.frozen else self.tower
        return [each for each in part.parameters() if each.ndim > 1 and each.requires_grad]

    def _looks(self, items: Tensor) -> Tensor:
        """(n, K)"""
        if self.looks is not None:
            return self.looks[items]
        if not self.frozen:
            looks: Tensor = self.tower(self._pictures(items))
            return looks
        if self.features is None:
            self.features = self._all_features()
        return self.tower.project(self.features[items])

    def _pictures(self, items: Tensor) -> Tensor:
        """(n, S, S, 3) uint8"""
        return torch.from_numpy(self.pixels[items.cpu().numpy()]).to(items.device)

    @torch.no_grad()
    def _all_features(self) -> Tensor:
        parts = [self.tower.features(self._pictures(some)).float() for some in self.blocks()]
        return torch.cat(parts)


def through_tower(
    tower: Tower, pixels: Pixels
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(M, S, S, 3) pictures to (M, K), in blocks, on a GPU where there is one."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    tower = tower.to(device).eval()
    parts = [np.zeros((0, tower.head.out_features), dtype=np.float32)]
    with torch.inference_mode():
        for start in range(0, len(pixels), PICTURES_AT_ONCE):
            some = np.ascontiguousarray(pixels[start : start + PICTURES_AT_ONCE])
            parts.append(tower(torch.from_numpy(some).to(device)).cpu().numpy())
    return np.concatenate(parts)


def _squares(*parts: Tensor) -> Tensor:
    return torch.stack([part.square().sum() for part in parts]).sum()


def _tables(n_users: int, n_items: int, config: DVBPRConfig) -> tuple[Tensor, Tensor]:
    """(U, K + G) of users and (N, G) of items."""
    looks = torch.rand(n_users, config.visual_dim)
    latent_users = torch.rand(n_users, config.latent_dim)
    latent_items = torch.rand(n_items, config.latent_dim)
    if config.init != "tutorial":
        latent_users = 0.1 * torch.randn_like(latent_users)
        latent_items = 0.1 * torch.randn_like(latent_items)
        looks = looks / 100 if config.init == "paper" else 0.1 * torch.randn_like(looks)
    return torch.cat((looks, latent_users), dim=1), latent_items

"""ACF: attention over what somebody chose, and over the parts of each picture.

Chen, Zhang, He, Nie, Liu & Chua, "Attentive collaborative filtering: multimedia recommendation with
item- and component-level attention", SIGIR 2017, https://doi.org/10.1145/3077136.3080797:

    b(i,l,m) = w2 . ReLU(W2u u_i + W2x x_lm + b2),     beta = softmax of b over the parts m of l
    x(i,l)   = sum of beta(i,l,m) x_lm over m
    a(i,l)   = w1 . ReLU(W1u u_i + W1v v_l + W1p p_l + W1x x(i,l) + b1),
                                                       alpha = softmax of a over the profile of i
    s(i,j)   = (u_i + sum of alpha(i,l) p_l over l) . v_j

trained by BPR. `items="content"` makes v and p linear in the picture instead of trained vectors,
which the paper does not do and without which new items cannot be scored.

Letters used in shapes: N items, U users, T dimensions, M parts of a picture, d dimensions of a
part, H hidden units, B profiles, L entries of all profiles together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from artrec.data import Interactions
from artrec.errors import ShapeError, UnsupportedError
from artrec.models.acf_components import fit_parts, pooled, reduce_parts
from artrec.models.acf_config import ACFConfig, ContentACFConfig
from artrec.models.acf_network import ACFNetwork
from artrec.models.contract import Content, Floats, Ints, Profiles, Scorer, Supports, TrainingData
from artrec.models.inputs import Inputs
from artrec.models.neural import NeuralModel
from artrec.models.profiles import profiles_of
from artrec.serving import acf as head
from artrec.training.network import Network

_ENTRIES_AT_ONCE = 2048  # pairs of user and item whose parts are looked at together

_Items = tuple[Floats, Floats, NDArray[Any]]
"""Item vectors, vectors in profiles and parts."""


@dataclass(frozen=True, eq=False)
class ACF(NeuralModel):
    """A trained ACF. Strangers need `chosen` and `logits` of the items of their profile only."""

    name: ClassVar[str] = "acf"
    Config: ClassVar[type[ACFConfig]] = ACFConfig
    text: ClassVar[frozenset[str]] = frozenset({"user_ids"})

    chosen: Floats
    """(N, T) p, an item's vector in profiles."""
    logits: Floats
    """(N,) a, a stranger's attention to it before the softmax."""
    stranger: Floats
    """(T,) u of a stranger."""
    users: Floats
    """(U, T) trained users; none where known users are scored as strangers."""
    user_ids: NDArray[np.str_]
    """(U,)"""
    parts: NDArray[Any]
    """(N, M, d) parts of the pictures; none likewise."""
    input_mean: Floats
    input_weights: Floats
    """How a part is reduced, see `Inputs`."""
    projections: Floats
    """(2, d, T) from pictures to v and p; (0, d, T) without content."""
    parameters: Floats
    """Maps (in, H), bias and w of the attention over items, then over parts, end to end."""

    def __post_init__(self) -> None:
        NeuralModel.__post_init__(self)
        shapes = self.chosen.shape == self.vectors.shape and self.logits.shape == (self.n_items,)
        if not shapes or self.stranger.shape != (self.config.dim,):
            raise ShapeError("The vectors do not fit the settings.")
        if len(self.users) != len(self.user_ids):
            raise ShapeError("Trained users and their ids differ in number.")
        self.attentions()

    @classmethod
    def _network(cls, data: TrainingData, config: ACFConfig) -> Network:
        inputs = fit_parts(data.content, config.scaling, dim=config.input_dim)
        parts = reduce_parts(data.content, inputs, half=config.half)
        log = data.interactions
        return ACFNetwork(log.n_users, log.n_items, parts, inputs, config)

    @classmethod
    def _export(cls, network: Any, data: TrainingData, config: ACFConfig) -> Self:
        inputs = network.inputs
        state = {name: value.numpy() for name, value in network.state_dict().items()}
        maps = [state[name].T for name in ("item_map.weight", "chosen_map.weight") if name in state]
        maps += maps[:1] if config.tied else []
        trained = config.known_users == "trained"
        ids = data.interactions.user_ids if trained else ()
        projections = np.stack(maps) if maps else np.zeros((0, inputs.dim, config.dim))
        empty = np.zeros((0, config.dim), dtype=np.float32)
        model = cls(
            config,
            empty,
            chosen=empty,
            logits=empty[:, 0],
            stranger=network.stranger().detach().numpy(),
            users=state["users"] if trained else empty,
            user_ids=np.array(ids, dtype=np.str_),
            parts=np.zeros((0, *network.parts.shape[1:]), dtype=network.parts.numpy().dtype),
            input_mean=inputs.mean,
            input_weights=inputs.weights,
            projections=projections.astype(np.float32),
            parameters=np.concatenate([part.ravel() for part in _attention_parts(state)]),
        )
        tables = [state.get("item_table"), state.get("chosen_table")]
        if config.tied:
            tables[1] = tables[0]
        elif config.residual:
            tables[1] = None
        return model._appended(network.parts.numpy(), *tables)

    @property
    def supports(self) -> Supports:
        """New items if they are made of content; everyone if a stranger is the mean of users."""
        return Supports(
            new_items=self.config.items == "content",
            empty_profile=self.config.strangers == "mean",
        )

    def with_items(self, content: Content) -> Self:
        """The model with new items appended, where items are made of their content."""
        self._check_new_items()
        return self._appended(self._reduced(content))

    def scorer(self, history: Interactions) -> Scorer:
        """As any model's; where the settings say so, users who were trained on (by their id) are
        scored by their trained vector."""
        if self.config.known_users != "trained":
            return NeuralModel.scorer(self, history)
        NeuralModel.scorer(self, history)  # the same checks
        profiles = profiles_of(history)
        known = {name: row for row, name in enumerate(self.user_ids.tolist())}
        rows = np.array([known.get(name, -1) for name in history.user_ids], dtype=np.int64)

        def scores(users: Ints) -> Floats:
            users = np.asarray(users, dtype=np.int64)
            block = self._checked(profiles.take(users))
            result: Floats = self._known_vectors(block, rows[users]) @ self.vectors.T
            return result

        return scores

    @property
    def n_parameters(self) -> int:
        """Trained numbers of both attentions; vectors and projections are further ones."""
        return len(self.parameters)

    def attentions(self) -> tuple[head.Attention, head.Attention]:
        """Over items, with inputs u, v (not if tied), p, x; and over parts, with inputs u, x."""
        dim, seen, hidden = self.config.dim, self.input_weights.shape[-1], self.config.attention
        widths = (dim, dim, seen) if self.config.tied else (dim, dim, dim, seen)
        lengths = [
            size
            for inputs in (widths, (dim, seen))
            for size in (*(width * hidden for width in inputs), hidden, hidden)
        ]
        if sum(lengths) != len(self.parameters):
            raise ShapeError("The parameters do not fit the settings.")
        ends = np.cumsum([0, *lengths])
        pieces = [self.parameters[start:stop] for start, stop in pairwise(ends)]
        cut = len(widths) + 2
        return _attention(pieces[:cut], hidden), _attention(pieces[cut:], hidden)

    def _reduced(self, content: Content) -> NDArray[Any]:
        inputs = Inputs(self.input_mean, self.input_weights)
        return reduce_parts(content, inputs, half=self.config.half)

    def _new_vectors(self, content: Content) -> Floats:
        self._check_new_items()
        return self._made(self._reduced(content))[0]

    def _check_new_items(self) -> None:
        if not self.supports.new_items:
            raise UnsupportedError(
                f"{self.name} with items from a table knows an item by who chose it and has no "
                f"vector for a new one; use acf-content, which makes them of pictures."
            )

    def _made(self, parts: NDArray[Any]) -> tuple[Floats, Floats]:
        """(N, T) item vectors and vectors in profiles, of pictures."""
        v, p = (pooled(parts) @ projection for projection in self.projections)
        return v / np.float32(self.config.divisor), p

    def _appended(
        self, parts: NDArray[Any], v: Floats | None = None, p: Floats | None = None
    ) -> Self:
        """With items of these parts. `v` and `p` are trained vectors, if there are any; what
        content makes of the parts is added to them."""
        vectors = chosen = np.zeros((len(parts), self.config.dim), dtype=np.float32)
        if len(self.projections):
            vectors, chosen = self._made(parts)
        if v is not None:
            vectors = vectors + v / np.float32(self.config.divisor)
        if p is not None:
            chosen = chosen + p
        rows = np.arange(len(parts))
        logits = self._logits(self.stranger[None], 0 * rows, rows, (vectors, chosen, parts))
        kept = parts if self.config.known_users == "trained" else parts[:0]
        return replace(
            self,
            vectors=np.concatenate((self.vectors, vectors)),
            chosen=np.concatenate((self.chosen, chosen)),
            logits=np.concatenate((self.logits, logits)),
            parts=np.concatenate((self.parts, kept)),
        )

    def _logits(self, users: Floats, owners: Ints, items: Ints, source: _Items) -> Floats:
        """(n,) attention of users[owners] to source[items], in blocks: parts are large."""
        over_items, over_parts = self.attentions()
        result = np.empty(len(items), dtype=np.float32)
        for start in range(0, len(items), _ENTRIES_AT_ONCE):
            some = slice(start, start + _ENTRIES_AT_ONCE)
            user, rows = users[owners[some]], items[some]
            vectors, chosen, parts = (each[rows] for each in source)
            seen = head.pictures(user, parts, over_parts)
            v = [] if self.config.tied else [vectors * np.float32(self.config.divisor)]
            result[some] = over_items.logits([user, *v, chosen, seen])
        return result

    def _base(self, users: Floats) -> Floats:
        if self.config.add_user == "raw":
            return users
        result: Floats = users @ self.attentions()[0].maps[0]
        return result

    def _user_vectors(self, profiles: Profiles) -> Floats:
        items = profiles.items
        return head.user_vectors(
            self._base(self.stranger), self.chosen[items], self.logits[items], profiles.indptr
        )

    def _known_vectors(self, profiles: Profiles, rows: Ints) -> Floats:
        """(B, T); `rows` (B,) are rows of `users`, -1 for strangers."""
        users = np.where((rows >= 0)[:, None], self.users[rows], self.stranger)
        owners, items = np.repeat(np.arange(len(rows)), profiles.lengths), profiles.items
        source = (self.vectors, self.chosen, self.parts)
        logits = self._logits(users, owners, items, source)
        return head.user_vectors(self._base(users), self.chosen[items], logits, profiles.indptr)


@dataclass(frozen=True, eq=False)
class ContentACF(ACF):
    """ACF whose items are made of their pictures, so that new ones can be scored."""

    name: ClassVar[str] = "acf-content"
    Config: ClassVar[type[ACFConfig]] = ContentACFConfig


def _attention_parts(state: dict[str, NDArray[Any]]) -> list[NDArray[Any]]:
    """Maps (in, H), bias and w of both attentions, in the order of `ACF.attentions`."""
    parts = []
    for name in ("over_items", "over_parts"):
        maps = [key for key in state if key.startswith(f"{name}.maps.")]
        parts += [state[key].T for key in maps]  # a state keeps the order of its modules
        parts += [state[f"{name}.bias"], state[f"{name}.out.weight"]]
    return parts


def _attention(pieces: list[Floats], hidden: int) -> head.Attention:
    *maps, bias, out = pieces
    return head.Attention([each.reshape(-1, hidden) for each in maps], bias, out)

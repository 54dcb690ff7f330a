"""The models of visits, served."""

from __future__ import annotations

from artrec.models.gru4rec import GRU4Rec
from artrec.models.gru4rec_config import GRU4RecConfig
from artrec.models.item2vec import Item2Vec, Item2VecConfig
from tests.contracts.serving import ServingContract


class TestItem2Vec(ServingContract):
    model = Item2Vec
    config = Item2VecConfig(dim=8, batch=64, rho=0.0)


class TestGRU4Rec(ServingContract):
    model = GRU4Rec
    config = GRU4RecConfig(hidden=12, epochs=4)


class TestGRU4RecWithInputs(ServingContract):
    model = GRU4Rec
    config = GRU4RecConfig(hidden=12, embedding=6, epochs=4)

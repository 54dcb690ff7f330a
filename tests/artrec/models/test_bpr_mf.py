"""BPR-MF: the contract, users known by id and strangers, items nobody chose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from artrec.data import Interactions
from artrec.errors import BundleError, ShapeError
from artrec.models import files
from artrec.models.bpr_mf import BPRMF, BPRMFConfig
from artrec.training.config import TrainingConfig
from tests.artrec.models.fold_in_cases import FoldInCases
from tests.contracts.recommender import EVEN
from tests.contracts.worlds import ITEMS, World, checkerboard

TRAINING = TrainingConfig(batch=256, lr=2e-2, l2=1e-2, epochs=40, validation="none")
SETTINGS = BPRMFConfig(latent_dim=4, known_users="fold-in", training=TRAINING)


class TestBPRMF(FoldInCases):
    model = BPRMF
    config = SETTINGS
    learns = "taste"

    def test_items_nobody_chose_score_the_same_for_everyone(self, fitted: BPRMF) -> None:
        scores = np.stack([fitted.score(EVEN), fitted.score([1, 3])])[:, -2:]

        assert np.unique(scores).size == 1
        assert not fitted.vectors[-2:, :-1].any()
        # They were negatives only.
        assert scores[0, 0] < fitted.vectors[:-2, -1].mean()


@pytest.fixture(scope="module")
def world() -> World:
    return checkerboard()


@pytest.fixture(scope="module")
def trained(world: World) -> BPRMF:
    return BPRMF.fit(world.data, replace(SETTINGS, known_users="trained"))


def test_a_known_user_scores_by_the_trained_vector_whatever_the_history(
    world: World, trained: BPRMF
) -> None:
    ids = world.split.train.item_ids
    history = Interactions.build([0, 1], [1, 1], user_ids=["u4", "stranger"], item_ids=ids)

    known, stranger = trained.scorer(history)(np.array([0, 1]))

    row = trained.user_ids.tolist().index("u4")
    np.testing.assert_allclose(known, trained.users[row] @ trained.vectors.T, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(stranger, trained.score([1]), rtol=1e-5, atol=1e-6)
    assert known[0:36:2].mean() > known[1:36:2].mean()  # u4 is of the even camp


def test_trained_and_folded_in_vectors_agree_on_the_camp_of_every_user(
    world: World, trained: BPRMF
) -> None:
    users = np.arange(world.split.train.n_users)
    stranger = replace(trained, user_ids=trained.user_ids[:0], users=trained.users[:0])

    for model in (trained, stranger):
        scores = model.scorer(world.split.train)(users)[:, :36]
        lean = scores[:, ::2].mean(axis=1) - scores[:, 1::2].mean(axis=1)
        assert np.all((lean > 0) == (users % 2 == 0))


def test_known_users_come_back_from_a_file(trained: BPRMF, world: World, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    users = np.array([3, 0])

    trained.save(path)
    loaded = BPRMF.load(path)

    assert loaded.user_ids.tolist() == list(world.split.train.user_ids)
    np.testing.assert_array_equal(
        loaded.scorer(world.split.train)(users), trained.scorer(world.split.train)(users)
    )


def test_a_file_whose_user_ids_are_no_text_is_refused(trained: BPRMF, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    trained.save(path)
    header, arrays = files.read(path, "bpr-mf")
    arrays["user_ids"] = np.arange(len(arrays["user_ids"]))
    files.write(path, "bpr-mf", {"config": header["config"]}, arrays)

    with pytest.raises(BundleError, match="user_ids holds something else than text"):
        BPRMF.load(path)


def test_arrays_that_do_not_fit_each_other_are_refused(trained: BPRMF) -> None:
    with pytest.raises(ShapeError, match="references must be"):
        replace(trained, references=trained.references[:, :-1])
    with pytest.raises(ShapeError, match="users must be"):
        replace(trained, users=trained.users[:-1])


def test_users_without_a_training_event_are_not_known(world: World) -> None:
    train = world.split.train
    log = replace(
        train,
        user_ids=(*train.user_ids, "newcomer"),
        indptr=np.append(train.indptr, train.n_events),
    )
    data = replace(world.data, interactions=log)
    quick = replace(TRAINING, epochs=1)

    model = BPRMF.fit(data, replace(SETTINGS, known_users="trained", training=quick))

    assert "newcomer" not in model.user_ids
    assert len(model.user_ids) == 60
    biases = model.vectors[:, -1]
    np.testing.assert_allclose(model.scorer(log)(np.array([60]))[0], biases, rtol=1e-6)
    assert len(biases) == ITEMS

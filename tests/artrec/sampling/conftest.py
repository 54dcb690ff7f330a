from __future__ import annotations

import pytest

from tests.artrec.sampling.drawing import DRAWS, Draw


@pytest.fixture(params=list(DRAWS.values()), ids=list(DRAWS))
def draw(request: pytest.FixtureRequest) -> Draw:
    """Each way to draw triplets in turn."""
    found: Draw = request.param
    return found

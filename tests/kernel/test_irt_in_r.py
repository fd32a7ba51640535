"""R, where it and its packages are installed, gives the stored figures of Rasch's model again."""

import json

import numpy as np
import pytest

from tests.kernel.r import again
from tools.agreement_models import FOLDER


def test_r_gives_the_stored_figures():
    found = again("irt.R", "eRm", "psychotools", "jsonlite", given="irt-tables.json")
    stored = json.loads((FOLDER / "irt-figures.json").read_bytes())
    assert found.keys() == stored.keys()
    for name, figures in stored.items():
        assert found[name].keys() == figures.keys()
        for figure, values in figures.items():
            assert np.array(found[name][figure]) == pytest.approx(np.array(values), abs=1e-5)

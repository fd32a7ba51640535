"""R, where it and its packages are installed, gives the stored figures of Rasch's model again."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from tools.agreement_models import FOLDER

NEEDED = ("eRm", "psychotools", "jsonlite")


@pytest.fixture(scope="module")
def rscript():
    """R, with the packages that the script loads."""
    program = shutil.which("Rscript")
    if program is None:
        pytest.skip("R is not installed")
    asked = "cat(all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    ran = subprocess.run([program, "-e", asked, *NEEDED], capture_output=True, text=True, check=True)
    if ran.stdout != "TRUE":
        pytest.skip(f"R has not all of {', '.join(NEEDED)}")
    return program


def test_r_gives_the_stored_figures(rscript):
    tables = (FOLDER / "irt-tables.json").read_bytes()
    ran = subprocess.run([rscript, FOLDER / "irt.R"], input=tables, capture_output=True, check=True)
    again, stored = json.loads(ran.stdout), json.loads((FOLDER / "irt-figures.json").read_bytes())
    assert again.keys() == stored.keys()
    for name, figures in stored.items():
        assert again[name].keys() == figures.keys()
        for figure, values in figures.items():
            assert np.array(again[name][figure]) == pytest.approx(np.array(values), abs=1e-5)

"""R, where it is installed: what its scripts in ``tests/kernel/statistics`` compute anew."""

import json
import shutil
import subprocess
from functools import cache

import pytest

from tools.agreement import FOLDER


def again(script, *needed, given=None):
    """What a script prints, of what stands in a file of the folder; where R or a package is missing, the test is skipped."""
    if why := _missing(needed):
        pytest.skip(why)
    read = (FOLDER / given).read_bytes() if given else b""
    ran = subprocess.run(["Rscript", FOLDER / script], input=read, capture_output=True, check=True)
    return json.loads(ran.stdout)


@cache
def _missing(needed):
    """Why R cannot be asked; "" where it can."""
    if shutil.which("Rscript") is None:
        return "R is not installed"
    asked = "cat(all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))"
    ran = subprocess.run(["Rscript", "-e", asked, *needed], capture_output=True, text=True, check=True)
    return "" if ran.stdout == "TRUE" else f"R has not all of {', '.join(needed)}"

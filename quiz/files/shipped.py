"""Where the folders that ship beside the code lie: ``templates``, ``question_banks``."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped(name: str) -> Path:
    """The shipped folder of this name: inside the package (wheel) or beside it (checkout). Raises FileNotFoundError."""
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the folder {name} is missing from this installation")

"""Finds extensions: question types, file formats, lint rules, pages are modules in a package, found, not listed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules, walk_packages


@cache
def modules(package: str) -> tuple[str, ...]:
    """The names of the modules directly inside a package, sorted; private ones (``_x``) are left out."""
    path = import_module(package).__path__
    return tuple(sorted(found.name for found in iter_modules(path) if not found.name.startswith("_")))


@cache
def tree(package: str) -> tuple[str, ...]:
    """The full names of all modules in a package and below it, sorted."""
    path = import_module(package).__path__
    return tuple(sorted(found.name for found in walk_packages(path, f"{package}.")))

"""One folder a question type. A type is found by its folder's name; nothing lists them.

``get(name)`` loads just the one that is asked for, so that a command pays only for the types it meets.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from quiz.questions.base import QuestionType
from quiz.registry import modules


def names() -> tuple[str, ...]:
    """The names of all question types, sorted."""
    return modules(__name__)


@cache
def get(name: str) -> QuestionType[Any]:
    """The question type of this name; KeyError where there is none."""
    if name not in names():
        raise KeyError(name)
    found: QuestionType[Any] = import_module(f"{__name__}.{name}").TYPE
    return found


def editing(name: str) -> ModuleType:
    """The authoring form of this type (``quiz.questions.editing``); KeyError where there is no such type."""
    if name not in names():
        raise KeyError(name)
    return import_module(f"{__name__}.{name}.edit")

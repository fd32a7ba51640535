"""Whether the server is alive, and whether it can do its work."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from quiz.errors import Unavailable
from quiz.operations import installation
from quiz.web.guard import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers."""
    return {"status": "alive"}


@blueprint.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """The database is reachable and of this version; 503 where not."""
    if not installation.at_head():
        raise Unavailable("The database is not of this version: run `quiz init`.")
    return {"status": "ready"}

"""The Flask extensions; ``create_app`` ties them to an app."""

from __future__ import annotations

from flask_babel import Babel

babel = Babel()

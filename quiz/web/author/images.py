"""The images of a bank: each at its own address, and the folder where authors see what is used."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from quiz.operations import media
from quiz.web.guard import moment, signed_in
from quiz.web.session import get_actor

blueprint = Blueprint("images", __name__)

#: The address holds the digest of the content, so a browser that was once allowed to see it may keep it.
FOR_EVER = "private, max-age=31536000, immutable"
#: A drawing that is opened by itself runs and loads nothing, and is of no site; it may say how its own lines look.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/media/<digest>")
@signed_in
def image(digest: str) -> ResponseReturnValue:
    """An image, for whoever may see a question that shows it."""
    found = media.image(get_actor(), digest)
    response = Response(found.content, mimetype=found.mime)
    response.headers["Cache-Control"] = FOR_EVER
    if found.mime == "image/svg+xml":
        response.headers["Content-Security-Policy"] = ALONE
    response.set_etag(digest)
    response.make_conditional(request)
    return response


@blueprint.get("/banks/<int:bank_id>/images")
@signed_in
def folder(bank_id: int) -> ResponseReturnValue:
    """The images of a bank, and the questions that show them."""
    return render_template("author/images.html", folder=media.folder(get_actor(), bank_id))


@blueprint.post("/banks/<int:bank_id>/images/delete")
@signed_in
def delete(bank_id: int) -> ResponseReturnValue:
    """Delete an image that no question shows."""
    media.delete_image(get_actor(), bank_id, request.form.get("image", ""), moment())
    flash(_("The image is deleted."), "good")
    return redirect(url_for("images.folder", bank_id=bank_id), 303)

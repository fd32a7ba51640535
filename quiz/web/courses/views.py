"""A course as those who teach it work on it: its people, how students join."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from quiz.errors import Forbidden, Invalid
from quiz.operations import accounts, courses, enrolling, joining, links, return_codes
from quiz.operations.access import AUTHORING, TEACHING
from quiz.web.courses.forms import CourseForm, EnrolForm, GroupForm
from quiz.web.forms import place, row_id
from quiz.web.guard import moment, public_address, signed_in
from quiz.web.html import known_time_zone, use_time_zone
from quiz.web.session import get_actor
from quiz.web.squares import square

blueprint = Blueprint("courses", __name__, url_prefix="/courses")

ISSUED = "issued_code"
LINK = "issued_link"


def join_address(code: str) -> str:
    """The address that students open to join."""
    return public_address("auth.join", code=code)


def teachers_page(course: courses.CoursePage) -> str:
    """A course's page for those who see its results; ``use_time_zone`` has been called."""
    address = join_address(course.join_code) if course.join_code else ""
    return render_template("courses/course.html", course=course, address=address)


@blueprint.route("/new", methods=["GET", "POST"])
@signed_in
def create() -> ResponseReturnValue:
    """Make a course; its maker is its teacher."""
    accounts.demand(get_actor(), AUTHORING)
    form = CourseForm()
    form.offer_time_zones()
    if not form.is_submitted():
        known = known_time_zone()
        form.time_zone.data = known or "UTC"
        return render_template("courses/new.html", form=form, guessed=known is None)
    if form.validate():
        try:
            course_id = courses.add_course(get_actor(), form.title.data, form.time_zone.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("The course is there. Students join with the code below."), "good")
            return redirect(url_for("student.course", course_id=course_id), 303)
    return render_template("courses/new.html", form=form, guessed=False), Invalid.status


# Joining ---------------------------------------------------------------------------------------------------------


@blueprint.post("/<int:course_id>/joining")
@signed_in
def set_joining(course_id: int) -> ResponseReturnValue:
    """Open (``open=1``) or close joining; with ``new=1`` the course gets another code."""
    is_open, new = request.form.get("open") == "1", request.form.get("new") == "1"
    joining.set_joining(get_actor(), course_id, is_open, new, moment())
    if new:
        flash(_("The course has a new join code. The old one leads nowhere any more."), "good")
    else:
        flash(_("Students can join now.") if is_open else _("Nobody can join now."), "good")
    return redirect(url_for("student.course", course_id=course_id), 303)


@blueprint.get("/<int:course_id>/join-sheet")
@signed_in
def join_sheet(course_id: int) -> ResponseReturnValue:
    """A sheet to print or to show to the class: how to join."""
    course = courses.course(get_actor(), course_id, moment())
    if course.join_code is None:
        raise Forbidden
    address = join_address(course.join_code)
    return render_template("courses/join_sheet.html", course=course, address=address, square=square(address))


# People ----------------------------------------------------------------------------------------------------------


@blueprint.get("/<int:course_id>/people")
@signed_in
def people(course_id: int) -> ResponseReturnValue:
    """The course's people."""
    return _people(course_id, EnrolForm(None))


def _people(course_id: int, form: EnrolForm) -> str:
    found = enrolling.people(get_actor(), course_id, request.args.get("page", 1, type=int))
    use_time_zone(found.time_zone)
    return render_template("courses/people.html", course=found, form=form, teaches=found.role in TEACHING)


@blueprint.post("/<int:course_id>/people")
@signed_in
def enrol(course_id: int) -> ResponseReturnValue:
    """Give somebody with an account a role in the course."""
    form = EnrolForm()
    if form.validate():
        try:
            enrolling.enrol(get_actor(), course_id, form.username.data, form.role.data, moment())
        except Invalid as error:
            place(form, error)
        else:
            flash(_("Added to the course: %(username)s.", username=form.username.data), "good")
            return redirect(url_for("courses.people", course_id=course_id), 303)
    return _people(course_id, form), Invalid.status


@blueprint.post("/<int:course_id>/people/group")
@signed_in
def set_group(course_id: int) -> ResponseReturnValue:
    """Put the people whose boxes are ticked (``user``, repeated) into a group; an empty name: into none."""
    chosen = request.form.getlist("user", type=row_id)
    group = (GroupForm().group.data or "").strip()
    try:
        moved = enrolling.set_group(get_actor(), course_id, chosen, group, moment())
    except Invalid:
        flash(_("The name of a group has at most %(most)s characters.", most=enrolling.LONGEST_GROUP), "bad")
    else:
        flash(_grouped(moved, group), "good" if moved else "look")
    return redirect(url_for("courses.people", course_id=course_id, page=request.form.get("page")), 303)


def _grouped(moved: int, group: str) -> str:
    if not moved:
        return _("Nobody is chosen: tick the boxes beside the names.")
    if not group:
        return ngettext("One person is in no group now.", "%(num)d people are in no group now.", moved)
    return ngettext(
        "One person is in the group %(group)s now.",
        "%(num)d people are in the group %(group)s now.",
        moved,
        group=group,
    )


@blueprint.route("/<int:course_id>/people/<int:user_id>/remove", methods=["GET", "POST"])
@signed_in
def remove(course_id: int, user_id: int) -> ResponseReturnValue:
    """Say what removing somebody means; take them out of the course."""
    problem = None
    if request.method == "POST":
        try:
            enrolling.remove(get_actor(), course_id, user_id, moment())
        except Invalid as error:
            problem = error.problems[0]
        else:
            flash(_("Removed from the course. Their attempts stay in the results."), "good")
            return redirect(url_for("courses.people", course_id=course_id), 303)
    member = enrolling.person(get_actor(), course_id, user_id)
    page = render_template("courses/remove.html", member=member, problem=problem)
    return (page, Invalid.status) if problem else page


@blueprint.get("/<int:course_id>/people/<int:user_id>/return-code")
@signed_in
def return_code(course_id: int, user_id: int) -> ResponseReturnValue:
    """Say what a new return code means; after issuing show it, once."""
    member = enrolling.person(get_actor(), course_id, user_id)
    code, for_user = session.pop(ISSUED, (None, None))
    return render_template(
        "courses/return_code.html", member=member, code=code if for_user == user_id else None
    )


@blueprint.post("/<int:course_id>/people/<int:user_id>/return-code")
@signed_in
def issue_return_code(course_id: int, user_id: int) -> ResponseReturnValue:
    """Give a student a new return code."""
    code = return_codes.issue_return_code(get_actor(), course_id, user_id, moment())
    session[ISSUED] = [code, user_id]
    return redirect(url_for("courses.return_code", course_id=course_id, user_id=user_id), 303)


@blueprint.get("/<int:course_id>/people/<int:user_id>/password-link")
@signed_in
def password_link(course_id: int, user_id: int) -> ResponseReturnValue:
    """Say what a link for a new password means; after making it show it, once."""
    member = enrolling.person(get_actor(), course_id, user_id)
    key, for_user = session.pop(LINK, (None, None))
    address = public_address("links.new_password", key=key) if for_user == user_id else ""
    return render_template("courses/password_link.html", member=member, address=address)


@blueprint.post("/<int:course_id>/people/<int:user_id>/password-link")
@signed_in
def issue_password_link(course_id: int, user_id: int) -> ResponseReturnValue:
    """Make a link with which a student chooses a new password."""
    key = links.issue_to_student(get_actor(), course_id, user_id, moment())
    session[LINK] = [key, user_id]
    return redirect(url_for("courses.password_link", course_id=course_id, user_id=user_id), 303)

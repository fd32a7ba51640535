"""Every page in its states: who looks, at which address, what is done there first. ``{names}`` are the stage's ids."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.sample_bank import BANK, TYPES
from tests.browser.stage import PASSWORD
from tests.cast import BLUEPRINT

#: What only programs fetch, and files.
NOT_PAGES = {
    "static", "health.alive", "health.ready", "auth.current_session", "auth.my_data",
    "single.sign_in", "single.go",      # to another system
    "single.back",                      # from there
    "attempt.enter",                    # leads on to one of the others
    "marking.begin",                    # so does this
    "attempt.paper",                    # parts of a page, which its script puts in place
    "images.image", "fixed.file", "exporting.file", "exporting.quiz_file", "exporting.template", "reports.report_file", "reports.results_csv", "reports.report_csv", "reports.report_xlsx",
    "gradebook.book_file", "gradebook.student_file", "survey.file", "overseeing.log_file",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """A page in one of its states. ``who`` None: nobody is signed in; ``status`` is that of the address itself.

    ``lies_over``: something has been opened that lies over the page on purpose.
    """

    name: str
    who: str | None
    path: str
    act: Callable | None = None
    status: int = 200
    lies_over: bool = False


# What is done on a page --------------------------------------------------------------------------------------------


def send(button, fields=(), **more):
    """Fills fields by their names and presses a button by its words."""

    def act(page):
        for name, value in {**dict(fields), **more}.items():
            field = page.locator(f'[name="{name}"]:visible').first
            field.select_option(value) if field.evaluate("f => f.tagName") == "SELECT" else field.fill(value)
        page.locator("form").evaluate_all("forms => forms.forEach(form => { form.noValidate = true; })")
        with page.expect_navigation():
            page.locator("button:visible", has_text=button).first.click()

    return act


def script(code):
    """Runs a script that sends a form."""

    def act(page):
        with page.expect_navigation():
            page.evaluate(code)

    return act


def opened(selector="main details"):
    """Opens what is folded away."""
    return lambda page: page.locator(selector).evaluate_all("all => all.forEach(one => { one.open = true; })")


def add_no_image(page):
    """Asks for an image to be added without choosing one."""
    opened("#image")(page)
    page.get_by_role("button", name="Add the image").click()
    page.get_by_text("choose a file").wait_for()


def converted(page):
    """A file of another system, pasted and looked at."""
    opened("details")(page)
    page.get_by_label("Format").select_option("gift")
    page.get_by_label("Text", exact=True).fill(OTHER)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("What became of").wait_for()


def offline(page):
    """The question page with an answer that cannot be sent: the network is back, but no save gets through."""
    page.route(
        "**/slots/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    page.context.set_offline(True)
    page.locator(".q-option").first.click()
    page.get_by_text("You are offline.").wait_for()
    page.context.set_offline(False)
    page.get_by_text("Try now").wait_for()


def found_one(page):
    """Questions that a search has found, for a section to hold always."""
    opened("#always-0")(page)
    page.locator("[name='sections-0-words']").fill("triangle")
    page.locator("#always-0 button").click()
    page.get_by_text("Tick what every student is to be asked").wait_for()


STALE = """const form = document.querySelector("#answer");
form.querySelector("[name=seq]").value = "1";
form.querySelector("[name=answer][value='2']").checked = true;
HTMLFormElement.prototype.submit.call(form);"""
NO_TOKEN = """const form = document.querySelector("form[method=post]");
form.querySelector("[name=csrf_token]").value = "";
HTMLFormElement.prototype.submit.call(form);"""
EDIT_CONFLICT = """const form = document.querySelector("[data-editor]");
form.querySelector("[name=number]").value = "1";
form.querySelector("[name=prompt]").value = "Which of these numbers are prime?";
HTMLFormElement.prototype.submit.call(form);"""
QUIZ_CONFLICT = """const form = document.querySelector("#quiz");
form.querySelector("[name=edits]").value = "0";
form.querySelector("[name=title]").value = "A test of all types";
HTMLFormElement.prototype.submit.call(form);"""
RESCORE_CONFLICT = """const form = document.querySelector("main form[method=post]");
form.elements.seen.value = "";
form.submit();"""
END_ALL = """const form = document.querySelector("#chosen");
form.elements.all.checked = true;
form.action = form.querySelector("[formaction$=close]").formAction;
HTMLFormElement.prototype.submit.call(form);"""
CARDS = """const form = document.querySelector("#group");
document.querySelectorAll("[name=user]").forEach(box => { box.checked = true; });
form.action = form.querySelector("[formaction]").formAction;
HTMLFormElement.prototype.submit.call(form);"""
MARK_CONFLICT = """const form = document.querySelector("[data-marking]");
form.querySelector("[name=seen]").value = "1";
form.querySelector("[name=points]").value = "1";
HTMLFormElement.prototype.submit.call(form);"""

ROSTER = "username;name;role;group\nann;Ann A.;;Tuesday\nauthor;Maximilian;assistant;\nstudent1;;;Monday\n"


def cards(page):
    """Cards for everybody on the page."""
    script(CARDS)(page)
    send("Make the cards")(page)


FAULTY = BANK.replace("difficulty: medium", "difficuly: medium", 2)
CHANGED = BANK.replace("Which city is", "What is the name of the city")
OTHER = "::One:: How much is 1 + 1? {=2#Yes. ~3}\n\n::Two:: Which {=a\n\nNumbers {#3:0.5}\n"
UNMEETABLE = BLUEPRINT.replace("bank: small", "bank: samples").replace("count: 5", "count: 70")
TOO_MUCH = {"blueprint": UNMEETABLE}


# The pages ---------------------------------------------------------------------------------------------------------

WAYS_IN = [
    View("welcome", None, "/"),
    View("login", None, "/login"),
    View("login-wrong", None, "/login", send("Sign in", username="nobody", password="wrong"), 200),
    View("register", None, "/register"),
    View("register-wrong", None, "/register", send("Make the account", username="a b", password="short")),
    View("join-code", None, "/join"),
    View("join-code-wrong", None, "/join?code=ABCD-EFGH", None, 404),
    View("join", None, "/join/{join_code}"),
    View("join-no-name", None, "/join/{join_code}", send("Join", name="")),
    View("join-as-me", "newcomer", "/join/{join_code}"),
    View("joined", None, "/join/{join_code}", send("Join", name="Ann")),
    View("joined-before", "newcomer", "/joined"),
    View("return", None, "/return"),
    View("return-wrong", None, "/return", send("Come back", code="0000-0000-0000")),
    View("forgotten", None, "/password"),
    View("new-password", None, "/password/{password_key}"),
    View("confirm-address", None, "/address/{address_key}"),
    View("invitation", None, "/invitation/{invitation_key}"),
    View("passkeys", "newcomer", "/account/passkeys"),
    View("code-nobody", None, "/login/code", None, 404),
    View("code", None, "/login", send("Sign in", username="careful", password=PASSWORD)),
    View("setup-nobody", None, "/login/authenticator", None, 404),
    View("authenticator", "newcomer", "/account/authenticator"),
    View("authenticator-begun", "author", "/account/authenticator"),
    View(
        "authenticator-secret",
        "author",
        "/account/authenticator",
        send("Show the secret again", {"start-current": PASSWORD}),
    ),
    View(
        "recovery-codes",
        "careful",
        "/account/authenticator",
        send("Make new codes", {"renew-current": PASSWORD}),
    ),
    View("account", "student1", "/account"),
    View("account-wrong", "student1", "/account", send("Change password", current="no", new="short")),
]
STUDENT = [
    View("home", "student1", "/"),
    View("home-empty", "newcomer", "/"),
    View("course", "student1", "/courses/{course}"),
    View("start", "student2", "/quizzes/{practice}"),
    View("start-test", "student5", "/quizzes/{page}"),
    View("start-running", "student1", "/quizzes/{types}"),
    View("start-code", "student1", "/quizzes/{coded}", send("Start now", access_code="guess")),
    View("start-scheduled", "student1", "/quizzes/{scheduled}"),
    View("start-closed", "student1", "/quizzes/{closed}"),
    *(View(f"question-{kind}", "student1", f"/attempts/{{running}}/slots/{n}") for n, kind in enumerate(TYPES, 1)),
    View("question-fresh", "student2", "/attempts/{fresh}/slots/1"),
    View("question-numbers", "student1", "/attempts/{running}/slots/3", opened(".q-footbar details"), lies_over=True),
    View("question-offline", "student2", "/attempts/{fresh}/slots/2", offline),
    View("start-forward", "student3", "/quizzes/{sequential}"),
    View("question-forward", "student1", "/attempts/{forward}/slots/4"),
    View("leave", "student1", "/attempts/{forward}/slots/4/leave"),
    View("leave-empty", "student2", "/attempts/{forward_fresh}/slots/1/leave"),
    View("summary-forward", "student1", "/attempts/{forward}/summary"),
    View("error-left", "student1", "/attempts/{forward}/paper", None, 409),
    View("start-adaptive", "student2", "/quizzes/{adaptive}"),
    View("question-adaptive", "student1", "/attempts/{adapting}/slots/2"),
    View("summary-adaptive", "student1", "/attempts/{adapting}/summary"),
    View("review-adaptive", "student3", "/attempts/{adaptive_done}/review"),
    View("questions", "student1", "/attempts/{running_page}/slots"),
    View("conflict", "student1", "/attempts/{running}/slots/1", script(STALE)),
    View("summary", "student1", "/attempts/{running}/summary"),
    View("summary-empty", "student2", "/attempts/{fresh}/summary"),
    View("time-up", "student4", "/attempts/{over}/summary"),
    View("review", "student3", "/attempts/{done}/review"),
    View("review-hidden", "student3", "/attempts/{hidden}/review"),
    View("review-late", "student5", "/attempts/{late}/review"),
    *(View(f"practice-{kind}", "student1", f"/attempts/{{practising}}/slots/{n}") for n, kind in enumerate(TYPES, 1)),
    View("practised", "student1", "/attempts/{practised}/slots/1"),
    View("practised-page", "student1", "/attempts/{practised_page}/slots"),
    View("practice-page", "student1", "/attempts/{practising_page}/slots"),
    View("practice-summary", "student1", "/attempts/{practising}/summary"),
    View("practice-review", "student3", "/attempts/{practice_done}/review"),
    View("grades", "simulated01", "/grades"),
    View("grades-empty", "newcomer", "/grades"),
    View("progress", "simulated01", "/progress", opened()),
    View("progress-empty", "newcomer", "/progress"),
    View("practice-today", "student1", "/practice"),
    View("practice-today-empty", "newcomer", "/practice"),
]  # fmt: skip
COURSES = [
    View("dashboard", "teacher", "/"),
    View("dashboard-empty", "author", "/"),
    View("teacher-course", "teacher", "/courses/{course}"),
    View("teacher-course-empty", "teacher", "/courses/{empty_course}"),
    View("course-new", "teacher", "/courses/new"),
    View("course-new-wrong", "teacher", "/courses/new", send("Make", title="")),
    View("join-sheet", "teacher", "/courses/{course}/join-sheet"),
    View("people", "teacher", "/courses/{course}/people"),
    View("people-wrong", "teacher", "/courses/{course}/people", send("Add", username="nobody-of-this-name")),
    View("roster", "teacher", "/courses/{course}/roster"),
    View("roster-plan", "teacher", "/courses/{course}/roster", send("Look at it", text=ROSTER)),
    View("cards", "teacher", "/courses/{class}/people", cards),
    View("people-password", "teacher", "/courses/{course}/people/{user_student1}/password-link"),
    View("people-empty", "teacher", "/courses/{empty_course}/people"),
    View("person-remove", "teacher", "/courses/{course}/people/{user_student5}/remove"),
    View("accommodations", "teacher", "/courses/{course}/people/{user_student5}/accommodations"),
    View("accommodations-wrong", "teacher", "/courses/{course}/people/{user_student5}/accommodations", send("Grant", extra_attempts="many")),
    View("own-dates", "teacher", "/courses/{course}/people/{user_student5}/accommodations/quizzes/{types}"),
    View("person-code", "teacher", "/courses/{course}/people/{user_student5}/return-code"),
]  # fmt: skip
QUIZZES = [
    View("quiz-new", "teacher", "/courses/{course}/quizzes/new"),
    View("quiz-new-open", "teacher", "/courses/{course}/quizzes/new?start=sco-basics", opened()),
    View("quiz-new-wrong", "teacher", "/courses/{course}/quizzes/new", send("Save as a draft", {"sections-0-count": "700", "limit_minutes": "soon"})),
    View("quiz-new-faults", "teacher", "/courses/{course}/quizzes/new?as=text", send("Save as a draft", blueprint="title: 3\nsections: x")),
    View("quiz-new-unmet", "teacher", "/courses/{course}/quizzes/new?as=text", send("Save as a draft", TOO_MUCH)),
    View("quiz-edit", "teacher", "/quizzes/{demo_5}/edit"),
    View("quiz-edit-adaptive", "teacher", "/quizzes/{adaptive}/edit"),
    View("quiz-edit-found", "teacher", "/quizzes/{draft}/edit", found_one),
    View("quiz-edit-text", "teacher", "/quizzes/{draft}/edit?as=text"),
    View("quiz-edit-wrong", "teacher", "/quizzes/{draft}/edit", send("Save", title="", limit_minutes="soon")),
    View("quiz-edit-conflict", "teacher", "/quizzes/{coded}/edit", script(QUIZ_CONFLICT)),
    View("quiz-papers", "teacher", "/quizzes/{demo_5}/papers"),
    View("quiz-papers-adaptive", "teacher", "/quizzes/{adaptive}/papers"),
    View("quiz-papers-unmet", "teacher", "/quizzes/{unmet}/papers"),
    View("forms", "teacher", "/quizzes/{fixed}/forms"),
    View("forms-none", "teacher", "/quizzes/{draft}/forms"),
    View("paper-marks", "teacher", "/quizzes/{fixed}/marks"),
    View("paper-marks-wrong", "teacher", "/quizzes/{fixed}/marks", send("Look at it", text="username,form,q1\nnobody,9,x")),
    View("paper-marks-none", "teacher", "/quizzes/{draft}/marks"),
    View("quiz-copy", "teacher", "/quizzes/{draft}/copy"),
    View("quiz-publish", "teacher", "/quizzes/{draft}/publish"),
    View("quiz-publish-unmet", "teacher", "/quizzes/{unmet}/publish"),
    View("results", "teacher", "/quizzes/{types}/results"),
    View("results-many", "teacher", "/quizzes/{report}/results"),
    View("results-empty", "teacher", "/quizzes/{closed}/results"),
    View("live", "teacher", "/quizzes/{types}/live"),
    View("live-empty", "teacher", "/quizzes/{closed}/live"),
    View("live-end", "teacher", "/quizzes/{types}/live", script(END_ALL)),
    View("teacher-review", "teacher", "/attempts/{done}/review"),
    View("teacher-review-late", "teacher", "/attempts/{late}/review"),
]  # fmt: skip
REPORTS = [
    View("report", "teacher", "/quizzes/{report}/report", opened()),
    View("whole", "teacher", "/quizzes/{report}/whole", opened()),
    View("whole-empty", "teacher", "/quizzes/{closed}/whole"),
    View("side-by-side", "teacher", "/quizzes/{report}/side-by-side?order=grade"),
    View("side-by-side-empty", "teacher", "/quizzes/{closed}/side-by-side"),
    View("report-adaptive", "teacher", "/quizzes/{adaptive}/report"),
    View("abilities", "teacher", "/quizzes/{adaptive}/abilities", opened()),
    View("report-look", "teacher", "/quizzes/{report}/report?show=look"),
    View("report-few", "teacher", "/quizzes/{types}/report"),
    View("report-empty", "teacher", "/quizzes/{closed}/report"),
    View("report-mail", "teacher", "/quizzes/{report}/report/mail"),
    View("report-mail-wrong", "teacher", "/quizzes/{types}/report/mail", send("Send it", address="nobody")),
    View("report-mail-end", None, "/report-mail/{stop_key}"),
    View("item-flawed", "teacher", "/quizzes/{report}/report/{item_hottest-planet}", opened()),
    View("item-answers", "teacher", "/quizzes/{report}/report/{item_hottest-planet}/answers?option=B"),
    View("item-good", "teacher", "/quizzes/{report}/report/{item_largest-planet}"),
    *(
        View(f"item-{kind}", "teacher", f"/quizzes/{{types}}/report/{{item_{kind}}}")
        for kind in ("multiple_response", "short_text", "cloze")
    ),
    View("grade-book", "teacher", "/courses/{course}/grades"),
    View("grade-book-sorted", "teacher", "/courses/{course}/grades?sort=total&down=1&only=missing"),
    View("grade-book-many", "teacher", "/courses/{report_course}/grades?sort=total&down=1"),
    View("mastery", "teacher", "/courses/{report_course}/mastery"),
    View("mastery-empty", "teacher", "/courses/{empty_course}/mastery"),
    View("grade-book-empty", "teacher", "/courses/{empty_course}/grades"),
    View("grade-book-nobody", "teacher", "/courses/{course}/grades?words=zebra"),
    View("grade-student", "teacher", "/courses/{course}/grades/students/{user_student3}"),
    View("grade-one", "teacher", "/quizzes/{types}/grades/{user_student3}"),
    View("grade-wrong", "teacher", "/quizzes/{types}/grades/{user_student1}", send("Save", grade="much")),
    View("survey", "teacher", "/overview"),
    View("survey-target", "teacher", "/overview?target=100"),
    View("survey-empty", "author", "/overview"),
    View("grade-categories", "teacher", "/courses/{course}/grades/categories"),
    View(
        "grade-categories-conflict",
        "teacher",
        "/courses/{course}/grades/categories",
        script(RESCORE_CONFLICT),
    ),
]
MARKING = [
    View("marking", "teacher", "/quizzes/{essays}/marking"),
    View("marking-second", "teacher", "/quizzes/{essays}/marking?second=1"),
    View("marking-nothing", "teacher", "/quizzes/{closed}/marking"),
    View("marking-answer", "teacher", "/quizzes/{essays}/marking/{unmarked}/{essay_slot}", opened()),
    View("marking-marked", "teacher", "/quizzes/{essays}/marking/{judged}/{essay_slot}?anonymous=1"),
    View("marking-wrong", "teacher", "/quizzes/{essays}/marking/{unmarked}/{essay_slot}", send("Save and go on", points="many")),
    View("marking-conflict", "teacher", "/quizzes/{essays}/marking/{judged}/{essay_slot}", script(MARK_CONFLICT)),
    View("marking-scored", "teacher", "/quizzes/{essays}/marking/{judged}/1"),
    View("review-marked", "student2", "/attempts/{judged}/review", opened()),
    View("teacher-review-marked", "teacher", "/attempts/{judged}/review"),
]  # fmt: skip
RESCORING = [
    View("rescoring", "teacher", "/quizzes/{essays}/rescoring"),
    View("rescoring-nothing", "teacher", "/quizzes/{closed}/rescoring"),
    View("rescoring-look", "teacher", "/quizzes/{report}/rescoring/new/{item_hottest-planet}?policy=drop"),
    View("rescoring-same", "teacher", "/quizzes/{report}/rescoring/new/{item_hottest-planet}"),
    View("rescoring-refused", "teacher", "/quizzes/{essays}/rescoring/new/{item_essay}"),
    View("rescoring-all", "teacher", "/quizzes/{report}/rescoring/new"),
    View("rescoring-conflict", "teacher", "/quizzes/{report}/rescoring/new/{item_hottest-planet}?policy=drop", script(RESCORE_CONFLICT)),
    View("home-rescored", "student2", "/"),
]  # fmt: skip
BANKS = [
    View("banks", "teacher", "/banks"),
    View("banks-empty", "author", "/banks"),
    View("bank", "teacher", "/banks/{bank}"),
    View("bank-empty", "teacher", "/banks/{empty_bank}"),
    View("bank-found", "teacher", "/banks/{bank}?words=the&difficulty=easy&status=ready"),
    View("bank-stale", "teacher", "/banks/{bank}?time=stale&rule=D01"),
    View("bank-found-nothing", "teacher", "/banks/{bank}?words=zebra"),
    View("bank-share-wrong", "teacher", "/banks/{bank}", send("Share", username="nobody-of-this-name")),
    View("bank-new", "teacher", "/banks/new"),
    View("bank-new-wrong", "teacher", "/banks/new", send("Make", bank="Not a Name!", title="")),
    View("bank-head", "teacher", "/banks/{bank}/edit"),
    View("bank-topics", "teacher", "/banks/{bank}/topics"),
    View("bank-images", "teacher", "/banks/{bank}/images"),
    View("bank-images-none", "teacher", "/banks/{empty_bank}/images"),
    View("bank-findings", "teacher", "/banks/{bank}/findings"),
    View("bank-findings-none", "teacher", "/banks/{empty_bank}/findings"),
    View("rules", "teacher", "/rules"),
    View("methods", "teacher", "/methods"),
    View("image-wrong", "teacher", "/banks/{bank}/questions/new?type=ordering", add_no_image),
    View("import", "teacher", "/banks/import"),
    View("import-faults", "teacher", "/banks/import", send("Look at it", text=FAULTY)),
    View("import-preview", "teacher", "/banks/import", send("Look at it", text=CHANGED)),
    View("import-other", "teacher", "/banks/import", converted),
    View("translation", "teacher", "/questions/{q_single_choice}/translation?language=ru"),
    View("export", "teacher", "/banks/{bank}/export/formats?format=gift"),
    View("export-quiz", "teacher", "/quizzes/{types}/export/formats?format=moodle-xml"),
    *(View(f"bank-question-{kind}", "teacher", f"/questions/{{q_{kind}}}") for kind in TYPES),
    View("question-types", "teacher", "/banks/{bank}/questions/new"),
    *(
        View(f"new-{kind}", "teacher", f"/banks/{{bank}}/questions/new?type={kind}")
        for kind in ("single_choice", "cloze")
    ),
    *(View(f"edit-{kind}", "teacher", f"/questions/{{q_{kind}}}/edit", opened()) for kind in TYPES),
    View("edit-wrong", "teacher", "/questions/{q_matching}/edit", send("Save", prompt="", explanation="")),
    View("edit-conflict", "teacher", "/questions/{q_multiple_response}/edit", script(EDIT_CONFLICT)),
    View("try", "teacher", "/questions/{q_ordering}/try"),
    View("try-answered", "teacher", "/questions/{q_single_choice}/try", send("Try this answer")),
    View(
        "change-many-look",
        "teacher",
        "/banks/{bank}/change?look=1&add_tags=seen&to_points=2&type=single_choice",
    ),
    View("calibrate", "teacher", "/banks/{report_bank}/calibrate", opened()),
    View("calibrate-none", "teacher", "/banks/{empty_bank}/calibrate"),
    View(
        "calibrate-nothing-ticked",
        "teacher",
        "/banks/{report_bank}/calibrate",
        send("Calibrate what is ticked"),
    ),
    View("transfer-look", "teacher", "/banks/{bank}/transfer?look=1&how=move&target={empty_bank}"),
    View("question-review", "admin", "/questions/{q_asked}", opened()),
    View("edit-returned", "teacher", "/questions/{q_returned}/edit"),
    View("reviews", "admin", "/reviews"),
    View("history", "teacher", "/questions/{q_multiple_response}/history"),
    View("compare", "teacher", "/questions/{q_multiple_response}/compare?old=1&new=2"),
    View("version", "teacher", "/questions/{q_multiple_response}/history/2"),
    View("version-old", "teacher", "/questions/{q_multiple_response}/history/1"),
]
SITE = [
    View("users", "admin", "/users"),
    View("users-none", "admin", "/users?search=zebra"),
    View("user", "admin", "/users/{user_student1}"),
    View("single", "teacher", "/account/single"),
    View("single-ready", "newcomer", "/account/single", send("Go on", current=PASSWORD)),
    View("user-erase", "admin", "/users/{user_student1}/erase"),
    View("user-erase-not-yet", "admin", "/users/{user_teacher}/erase"),
    View("user-erase-wrong", "admin", "/users/{user_student1}/erase", send("Erase", name="Nobody")),
    View("user-link-shown", "admin", "/users/{user_student1}/password-link"),
    View("user-new", "admin", "/users/new"),
    View("user-new-wrong", "admin", "/users/new", send("Add", username="", name="", password="short")),
    View("invitations", "admin", "/invitations"),
    View(
        "invite-made",
        "admin",
        "/invitations/new",
        send("Make the invitation", note="The new teachers of physics"),
    ),
    View("audit-log", "admin", "/audit-log"),
    View("settings", "admin", "/settings"),
    View("error-missing", "student1", "/nowhere", None, 404),
    View("error-missing-signed-out", None, "/nowhere", None, 404),
    View("error-forbidden", "student1", "/users", None, 403),
    View("error-old-page", "student1", "/account", script(NO_TOKEN)),
    View("error-in-progress", "student1", "/attempts/{running}/review", None, 409),
]
VIEWS = [*WAYS_IN, *STUDENT, *COURSES, *QUIZZES, *REPORTS, *MARKING, *RESCORING, *BANKS, *SITE]

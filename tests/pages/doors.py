"""Who is let through which door: anonymous people to the sign-in page, the others by status."""


def status(browser, name, path):
    """What this person gets at this path: a status, or "login" where they are asked to sign in."""
    answer = browser(name).get(path)
    return "login" if answer.request.path == "/login" else answer.status_code


def refused(browser, name, path, form=None):
    """The status of a posted form."""
    return browser(name).post(path, form or {}).status_code


def field_error(page, name):
    """The message at a field, which the field points to; and the summary links to it."""
    field = page.find(attrs={"name": name})
    assert field["aria-invalid"] == "true"
    assert page.find(class_="q-errors").find("a", href=f"#{field['id']}")
    return page.find(id=f"{field['id']}-error").get_text(" ", strip=True)

"""A form as a browser without JavaScript sends it: what its controls hold, and the button that was pressed."""


def controls(page, **which):
    """The controls of a form by name, each with all its values; the first form that fits ``which``."""
    form = page.find("form", method="post", **which)
    found = {}
    for control in form.find_all(["input", "select", "textarea"]):
        for value in _values(control):
            found.setdefault(control["name"], []).append(value)
    return found


def _values(control):
    if control.name == "textarea":
        return [control.get_text().replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")]
    if control.name == "select":
        chosen = control.find("option", selected=True) or control.find("option")
        return [chosen.get("value", chosen.get_text())] if chosen else []
    kind = control.get("type", "text")
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.has_attr("checked") else []
    # a browser drops line breaks in a control of one line
    return [control.get("value", "").replace("\n", "").replace("\r", "")]


def press(browser, act, changes=None, **which):
    """Presses a button of the page's editor after typing ``changes`` (None: the control is left out)."""
    form = browser.page.find("form", method="post", **which)
    found = controls(browser.page, **which) | (changes or {})
    assert form.find("button", {"name": "act", "value": act}), f"there is no button {act}"
    sent = {name: values for name, values in found.items() if values is not None}
    return browser.post(form["action"], {**sent, "act": act})


def upload(browser, path, fields, control, file_name, content):
    """Sends a form with a file. The body is written out: a test client would leave its temporary file open."""
    parts = [(f'name="{name}"', value.encode()) for name, values in fields.items() for value in values]
    parts.append((f'name="{control}"; filename="{file_name}"', content))
    body = b"".join(
        f"--border\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
        for head, value in parts
    )
    kind = "multipart/form-data; boundary=border"
    return browser._shown(browser.client.post(path, data=body + b"--border--\r\n", content_type=kind))

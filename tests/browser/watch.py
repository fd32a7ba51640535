"""What no page may do, whatever it is: fail in its script, reach for another site, break its content security policy."""

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", event =>
  console.error(`${event.violatedDirective} keeps out ${event.blockedURI || "an inline part"}`));
"""
#: How Chromium tells that a request failed: those are watched as such.
_FAILED_REQUEST = "Failed to load resource"


class Watch:
    """Looks on at all pages of a browser context."""

    def __init__(self, context, address, may=()):
        self.address, self.may = address, {200, 204, 302, 303, 304, *may}
        self.found = []
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", self.on_console)
        context.on("weberror", lambda failure: self.found.append(f"script: {failure.error}"))
        context.on("request", self.on_request)
        context.on("response", self.on_response)

    def on_console(self, message):
        if message.type in ("error", "warning") and not message.text.startswith(_FAILED_REQUEST):
            self.found.append(f"console: {message.text}")

    def on_request(self, request):
        if not request.url.startswith((f"{self.address}/", "data:")):
            self.found.append(f"foreign: {request.url}")

    def on_response(self, response):
        policy = response.headers.get("content-security-policy", "")
        drawing = "sandbox" in policy and response.headers.get("content-type", "").startswith("image/svg+xml")
        if "default-src 'none'" not in policy or ("unsafe" in policy and not drawing):
            self.found.append(f"policy: {response.url} has {policy!r}")
        if response.status not in self.may:
            self.found.append(f"status: {response.status} to {response.request.method} {response.url}")

    def demand_nothing(self):
        """Fails where anything was found."""
        assert not self.found, "\n".join(self.found)

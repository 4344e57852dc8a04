"""Why the server did not do what was asked."""

from __future__ import annotations

from typing import Any

import httpx

REMEDY = "make a token with: olifant token new --scope memory; then set OLIFANT_TOKEN"


class OlifantError(httpx.HTTPError):
    """The server said no; ``status``, ``code`` and ``message`` say why.

    It is an ``httpx.HTTPError``, which is what programs written for BotWire's
    client catch.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{message} ({code}, {status})" if status else message)
        self.status = status
        self.code = code
        self.message = message


class Unauthorized(OlifantError):
    """There is no token, or it is not for this."""


class NotFound(OlifantError):
    """There is no such key."""


class Conflict(OlifantError):
    """Somebody else wrote the key meanwhile."""


class Unreachable(OlifantError):
    """No answer came; whether anything was written is not known."""

    def __init__(self, url: str, reason: Exception) -> None:
        why = str(reason) or type(reason).__name__
        super().__init__(
            0, "unreachable", f"no answer from {url}: {why}; is it OLIFANT_URL's server?"
        )


KINDS = {
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    412: Conflict,
}


def refusal(response: httpx.Response) -> OlifantError:
    """What an answer with an error status means."""
    status = response.status_code
    code, message = _told(response)
    if status in (401, 403):
        message = f"{message}; {REMEDY}"
    return KINDS.get(status, OlifantError)(status, code, message)


def _told(response: httpx.Response) -> tuple[str, str]:
    try:
        error: Any = response.json()["error"]
        return str(error["code"]), str(error["message"])
    except (ValueError, KeyError, TypeError):
        # Not Olifant: a proxy before it, or another server altogether.
        return "http", response.reason_phrase or "the server refused"

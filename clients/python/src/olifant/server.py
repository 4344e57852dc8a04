"""Where the server is, and who asks it."""

from __future__ import annotations

import os
from typing import Optional
from urllib.parse import unquote, urlsplit, urlunsplit

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_TIMEOUT = 10.0


class Server:
    """The URL without a token, so that it can be shown, and the token."""

    def __init__(self, base_url: Optional[str], token: Optional[str]) -> None:
        url, found = _parted(base_url or _from_environment())
        self.url = url
        self.token = token or found or os.environ.get("OLIFANT_TOKEN")

    def headers(self) -> dict[str, str]:
        """What goes with every request."""
        return {"authorization": f"Bearer {self.token}"} if self.token else {}


def _from_environment() -> str:
    # Read now and not at import, so that a program may set them itself.
    return os.environ.get("OLIFANT_URL") or os.environ.get("BOTWIRE_URL") or DEFAULT_URL


def _parted(url: str) -> tuple[str, Optional[str]]:
    """The URL without its ``user:token@``, and the token."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        # The URL itself is not shown: it may hold a token.
        raise ValueError("base_url must be like https://bot.example.com")
    userinfo, _, host = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    token = unquote(password or user) or None
    return urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", "")), token

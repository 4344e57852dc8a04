"""What the server is asked and how its answers are read, without asking it.

``Memory`` and ``AsyncMemory`` send these; nothing else here knows HTTP.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, Generic, Optional, TypeVar
from urllib.parse import quote

import httpx

from .errors import refusal

T = TypeVar("T")

# The most that the server gives at once.
PAGE = 1000

_FRACTION = re.compile(r"\.(\d+)")


@dataclass(frozen=True)
class Entry:
    """What is remembered under one key, and since when."""

    key: str
    value: Any
    version: int
    created_at: datetime
    updated_at: datetime
    expires_at: Optional[datetime] = None


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request, and how its answer is read."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    body: Any = None
    params: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    # What it means that there is nothing there; None = an error.
    absent: Optional[Callable[[], T]] = None

    def result(self, response: httpx.Response) -> T:
        """What came of it."""
        if response.status_code == 404 and self.absent and _is_absence(response):
            return self.absent()
        if not response.is_success:
            raise refusal(response)
        return self.read(response)


class Calls:
    """The requests that concern one namespace."""

    def __init__(self, namespace: str, decode_json: bool) -> None:
        if not namespace or "/" in namespace:
            raise ValueError("namespace must be non-empty and contain no slashes")
        self._path = f"/v1/memory/{_segment(namespace)}"
        self._decode_json = decode_json

    def get(self, key: str) -> Call[Optional[Entry]]:
        return Call("GET", self._at(key), self._entry, absent=lambda: None)

    def slice(self, key: str, start: int) -> Call[tuple[list[Any], int]]:
        """A part of a list, and how long all of it is."""
        params = {"from": start, "limit": PAGE}
        return Call("GET", self._at(key), _slice, params=params, absent=lambda: ([], 0))

    def set(
        self,
        key: str,
        value: Any,
        ttl: Optional[float],
        if_version: Optional[int] = None,
        if_absent: bool = False,
    ) -> Call[Entry]:
        headers = {} if if_version is None else {"if-match": f'"{if_version}"'}
        if if_absent:
            headers["if-none-match"] = "*"
        body = _with_ttl({"value": value}, ttl)
        return Call("PUT", self._at(key), self._entry, body, headers=headers)

    def delete(self, key: str) -> Call[bool]:
        return Call("DELETE", self._at(key), lambda _: True, absent=lambda: False)

    def incr(self, key: str, by: float, ttl: Optional[float]) -> Call[Any]:
        body = _with_ttl({"by": by}, ttl)
        return Call("POST", f"{self._at(key)}/incr", lambda r: r.json()["value"], body)

    def append(self, key: str, values: list[Any], ttl: Optional[float]) -> Call[int]:
        body = _with_ttl({"values": values}, ttl)
        return Call("POST", f"{self._at(key)}/append", lambda r: r.json()["length"], body)

    def page(self, prefix: str, cursor: Optional[str]) -> Call[tuple[list[str], Optional[str]]]:
        """Some keys, and where the next ones begin."""
        params = {"keys": "names", "limit": PAGE}
        if prefix:
            params["prefix"] = prefix
        if cursor:
            params["cursor"] = cursor
        return Call("GET", self._path, _page, params=params)

    def clear(self) -> Call[int]:
        return Call("DELETE", self._path, lambda r: r.json()["deleted"])

    def _at(self, key: str) -> str:
        if not key:
            raise ValueError("key must be non-empty")
        return f"{self._path}/{_segment(key)}"

    def _entry(self, response: httpx.Response) -> Entry:
        told = response.json()
        value = told["value"]
        return Entry(
            key=told["key"],
            value=decoded(value) if self._decode_json else value,
            version=told["version"],
            created_at=_time(told["created_at"]),
            updated_at=_time(told["updated_at"]),
            expires_at=_time(told["expires_at"]) if told.get("expires_at") else None,
        )


def decoded(value: Any) -> Any:
    """The list or object that a text of BotWire's client stands for."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return value


def _segment(name: str) -> str:
    # "." and ".." are keys like others, and would be lost from a path.
    return name.replace(".", "%2E") if name in (".", "..") else quote(name, safe="")


def _with_ttl(body: dict[str, Any], ttl: Optional[float]) -> dict[str, Any]:
    return body if ttl is None else {**body, "ttl": ttl}


def _is_absence(response: httpx.Response) -> bool:
    """Whether Olifant says so, and not a server that has no such API."""
    try:
        return bool(response.json()["error"]["code"] == "not_found")
    except (ValueError, KeyError, TypeError):
        return False


def _slice(response: httpx.Response) -> tuple[list[Any], int]:
    told = response.json()
    return told["value"], told["length"]


def _page(response: httpx.Response) -> tuple[list[str], Optional[str]]:
    told = response.json()
    return told["keys"], told["cursor"]


def _time(text: str) -> datetime:
    # Python 3.9 and 3.10 know neither "Z" nor other than six digits.
    six = _FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text)
    return datetime.fromisoformat(six.replace("Z", "+00:00"))

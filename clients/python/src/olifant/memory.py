"""What is remembered in one namespace."""

from __future__ import annotations

from typing import Any, Iterator, Optional, TypeVar

import httpx

from .calls import Call, Calls, Entry
from .errors import Unreachable
from .server import DEFAULT_TIMEOUT, Server

T = TypeVar("T")
# Methods are named ``list`` and ``set``: below them these mean the methods.
Names = list[str]


class Memory:
    """Keys and their values, kept by an Olifant server.

    Values are anything that JSON knows, and come back as they were. Namespaces
    such as ``whatsapp-15550100`` are what the assistant knows of that person.

    Where the server is, and the token, come from the arguments, or from
    ``OLIFANT_URL`` (else ``BOTWIRE_URL``) and ``OLIFANT_TOKEN``; the token may
    also stand in the URL, ``http://user:token@host``. One ``Memory`` may serve
    many threads.
    """

    def __init__(
        self,
        namespace: str,
        base_url: Optional[str] = None,
        timeout: float = DEFAULT_TIMEOUT,
        *,
        token: Optional[str] = None,
        decode_json: bool = False,
    ) -> None:
        """``decode_json`` reads lists and objects that BotWire's client wrote
        as text the way it would have read them."""
        server = Server(base_url, token)
        self.namespace = namespace
        self.base_url = server.url
        self._calls = Calls(namespace, decode_json)
        self._client = httpx.Client(base_url=server.url, headers=server.headers(), timeout=timeout)

    def set(
        self,
        key: str,
        value: Any,
        ttl: Optional[float] = None,
        *,
        if_version: Optional[int] = None,
        if_absent: bool = False,
    ) -> Entry:
        """Store a value, for ``ttl`` seconds or until it is written again.

        With ``if_version`` or ``if_absent`` only if the key stands so;
        otherwise ``Conflict`` is raised and nothing is written.
        """
        return self._send(self._calls.set(key, value, ttl, if_version, if_absent))

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default`` if there is none."""
        entry = self.entry(key)
        return default if entry is None else entry.value

    def entry(self, key: str) -> Optional[Entry]:
        """The value with its version and times."""
        return self._send(self._calls.get(key))

    def delete(self, key: str) -> bool:
        """Whether there was something to delete."""
        return self._send(self._calls.delete(key))

    def exists(self, key: str) -> bool:
        """Whether there is a value, ``None`` included."""
        return self.entry(key) is not None

    def incr(self, key: str, by: float = 1, ttl: Optional[float] = None) -> Any:
        """Add to a number (0 if there is none), and give the new one; of many
        at the same time none is lost."""
        return self._send(self._calls.incr(key, by, ttl))

    def append(self, key: str, *values: Any, ttl: Optional[float] = None) -> int:
        """Put values behind a list (empty if there is none), and give its new
        length; of many at the same time none is lost."""
        return self._send(self._calls.append(key, [*values], ttl))

    def slice(self, key: str, start: int = 0) -> Iterator[Any]:
        """The values of a list from ``start`` on, fetched by and by."""
        length = start + 1
        while start < length:
            part, length = self._send(self._calls.slice(key, start))
            if not part:
                return
            yield from part
            start += len(part)

    def keys(self, prefix: str = "") -> Names:
        """All keys, or those that begin with ``prefix``, newest first."""
        return [*self.iter_keys(prefix)]

    def iter_keys(self, prefix: str = "") -> Iterator[str]:
        """The same, fetched by and by."""
        cursor: Optional[str] = None
        while True:
            names, cursor = self._send(self._calls.page(prefix, cursor))
            yield from names
            if cursor is None:
                return

    def list_keys(self, prefix: str = "") -> Names:
        """The same as ``keys``."""
        return self.keys(prefix)

    def list(self, prefix: str = "") -> Names:
        """The same as ``keys``."""
        return self.keys(prefix)

    def items(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Keys and values, one request for each."""
        for key in self.iter_keys(prefix):
            entry = self.entry(key)
            if entry is not None:  # deleted meanwhile
                yield key, entry.value

    def clear(self) -> int:
        """Delete the whole namespace, and say how many keys it had."""
        return self._send(self._calls.clear())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __getitem__(self, key: str) -> Any:
        entry = self.entry(key)
        if entry is None:
            raise KeyError(key)
        return entry.value

    def __setitem__(self, key: str, value: Any) -> None:
        self.set(key, value)

    def __delitem__(self, key: str) -> None:
        if not self.delete(key):
            raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return self.exists(key)

    def __iter__(self) -> Iterator[str]:
        return self.iter_keys()

    def __len__(self) -> int:
        return sum(1 for _ in self.iter_keys())

    def __bool__(self) -> bool:
        # ``if memory`` asks whether there is one, not whether it is empty.
        return True

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Memory(namespace={self.namespace!r}, base_url={self.base_url!r})"

    def _send(self, call: Call[T]) -> T:
        try:
            response = self._client.request(
                call.method,
                call.path,
                json=call.body,
                params=call.params,
                headers=call.headers,
            )
        except httpx.TransportError as reason:
            raise Unreachable(self.base_url, reason) from reason
        return call.result(response)

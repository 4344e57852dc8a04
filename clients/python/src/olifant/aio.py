"""The same for asyncio."""

from __future__ import annotations

from typing import Any, AsyncIterator, Optional, TypeVar

import httpx

from .calls import Call, Calls, Entry
from .errors import Unreachable
from .server import DEFAULT_TIMEOUT, Server

T = TypeVar("T")
# Methods are named ``list`` and ``set``: below them these mean the methods.
Names = list[str]


class AsyncMemory:
    """``Memory`` whose methods are awaited; ``async for key in memory``."""

    def __init__(
        self,
        namespace: str,
        base_url: Optional[str] = None,
        timeout: float = DEFAULT_TIMEOUT,
        *,
        token: Optional[str] = None,
        decode_json: bool = False,
    ) -> None:
        server = Server(base_url, token)
        self.namespace = namespace
        self.base_url = server.url
        self._calls = Calls(namespace, decode_json)
        self._client = httpx.AsyncClient(
            base_url=server.url, headers=server.headers(), timeout=timeout
        )

    async def set(
        self,
        key: str,
        value: Any,
        ttl: Optional[float] = None,
        *,
        if_version: Optional[int] = None,
        if_absent: bool = False,
    ) -> Entry:
        """See ``Memory.set``."""
        return await self._send(self._calls.set(key, value, ttl, if_version, if_absent))

    async def get(self, key: str, default: Any = None) -> Any:
        """See ``Memory.get``."""
        entry = await self.entry(key)
        return default if entry is None else entry.value

    async def entry(self, key: str) -> Optional[Entry]:
        """See ``Memory.entry``."""
        return await self._send(self._calls.get(key))

    async def delete(self, key: str) -> bool:
        """See ``Memory.delete``."""
        return await self._send(self._calls.delete(key))

    async def exists(self, key: str) -> bool:
        """See ``Memory.exists``."""
        return await self.entry(key) is not None

    async def incr(self, key: str, by: float = 1, ttl: Optional[float] = None) -> Any:
        """See ``Memory.incr``."""
        return await self._send(self._calls.incr(key, by, ttl))

    async def append(self, key: str, *values: Any, ttl: Optional[float] = None) -> int:
        """See ``Memory.append``."""
        return await self._send(self._calls.append(key, [*values], ttl))

    async def slice(self, key: str, start: int = 0) -> AsyncIterator[Any]:
        """See ``Memory.slice``."""
        length = start + 1
        while start < length:
            part, length = await self._send(self._calls.slice(key, start))
            if not part:
                return
            for value in part:
                yield value
            start += len(part)

    async def keys(self, prefix: str = "") -> Names:
        """See ``Memory.keys``."""
        return [key async for key in self.iter_keys(prefix)]

    async def iter_keys(self, prefix: str = "") -> AsyncIterator[str]:
        """See ``Memory.iter_keys``."""
        cursor: Optional[str] = None
        while True:
            names, cursor = await self._send(self._calls.page(prefix, cursor))
            for name in names:
                yield name
            if cursor is None:
                return

    async def list_keys(self, prefix: str = "") -> Names:
        """The same as ``keys``."""
        return await self.keys(prefix)

    async def list(self, prefix: str = "") -> Names:
        """The same as ``keys``."""
        return await self.keys(prefix)

    async def items(self, prefix: str = "") -> AsyncIterator[tuple[str, Any]]:
        """See ``Memory.items``."""
        async for key in self.iter_keys(prefix):
            entry = await self.entry(key)
            if entry is not None:  # deleted meanwhile
                yield key, entry.value

    async def clear(self) -> int:
        """See ``Memory.clear``."""
        return await self._send(self._calls.clear())

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def __aiter__(self) -> AsyncIterator[str]:
        return self.iter_keys()

    async def __aenter__(self) -> AsyncMemory:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"AsyncMemory(namespace={self.namespace!r}, base_url={self.base_url!r})"

    async def _send(self, call: Call[T]) -> T:
        try:
            response = await self._client.request(
                call.method,
                call.path,
                json=call.body,
                params=call.params,
                headers=call.headers,
            )
        except httpx.TransportError as reason:
            raise Unreachable(self.base_url, reason) from reason
        return call.result(response)

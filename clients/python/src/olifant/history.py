"""The messages of a LangChain chat, one list under one key.

Messages are appended by the server, so that two at the same time are both
kept, and read by pages, so that a chat may become as long as it likes.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Optional, Sequence, TypeVar

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import BaseMessage, messages_from_dict, messages_to_dict

from .calls import decoded
from .errors import Conflict, OlifantError
from .memory import Memory

T = TypeVar("T")

# One request should stay small.
AT_ONCE = 100


class OlifantChatHistory(BaseChatMessageHistory):
    """Keeps the messages of the chat ``session_id``.

    What BotWire's own history wrote on the same server is taken over. ``ttl``
    counts from the last message.
    """

    def __init__(
        self,
        session_id: str,
        namespace: str = "langchain-sessions",
        base_url: Optional[str] = None,
        *,
        token: Optional[str] = None,
        ttl: Optional[float] = None,
    ) -> None:
        self.session_id = session_id
        self._ttl = ttl
        self._memory = Memory(namespace, base_url, token=token)

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]
        """All of them, oldest first."""
        return messages_from_dict(self._adopting(self._read))

    def add_message(self, message: BaseMessage) -> None:
        """Put one behind the others."""
        self.add_messages([message])

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Put these behind the others, in order."""
        told = messages_to_dict(messages)
        for start in range(0, len(told), AT_ONCE):
            self._adopting(partial(self._append, told[start : start + AT_ONCE]))

    def clear(self) -> None:
        """Forget the chat."""
        self._memory.delete(self.session_id)

    def _read(self) -> list[Any]:
        return [*self._memory.slice(self.session_id)]

    def _append(self, told: list[Any]) -> None:
        self._memory.append(self.session_id, *told, ttl=self._ttl)

    def _adopting(self, act: Callable[[], T]) -> T:
        """Does it; if BotWire's text stands where a list should, makes it one
        first."""
        try:
            return act()
        except OlifantError as refused:
            if refused.code != "unfit":
                raise
            self._adopt(refused)
            return act()

    def _adopt(self, refused: OlifantError) -> None:
        entry = self._memory.entry(self.session_id)
        if entry is None or isinstance(entry.value, list):
            return  # somebody else was faster
        told = decoded(entry.value)
        if not isinstance(told, list):
            raise refused
        try:
            self._memory.set(self.session_id, told, self._ttl, if_version=entry.version)
        except Conflict:
            pass  # somebody else was faster

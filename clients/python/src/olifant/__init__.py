"""The memory of an Olifant server.

    from olifant import Memory

    memory = Memory("whatsapp-15550100")
    memory.set("plan", "gold", ttl=30 * 24 * 3600)
    memory.get("plan")

``AsyncMemory`` is the same for asyncio; ``OlifantChatHistory`` (also by the
name ``BotWireChatHistory``) is there when langchain-core is installed.
"""

from .aio import AsyncMemory
from .calls import Entry
from .errors import Conflict, NotFound, OlifantError, Unauthorized, Unreachable
from .memory import Memory

__version__ = "0.1.0"

__all__ = [
    "AsyncMemory",
    "Conflict",
    "Entry",
    "Memory",
    "NotFound",
    "OlifantError",
    "Unauthorized",
    "Unreachable",
]

try:
    from .history import OlifantChatHistory
except ImportError:  # without langchain-core
    pass
else:
    BotWireChatHistory = OlifantChatHistory
    __all__ += ["BotWireChatHistory", "OlifantChatHistory"]

"""Our client, against a running server: run it with OLIFANT_URL and
OLIFANT_TOKEN set."""

import asyncio
import os
import sys
import threading
from contextlib import contextmanager
from datetime import timedelta

import httpx
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from olifant import (
    AsyncMemory,
    BotWireChatHistory,
    Conflict,
    Memory,
    OlifantChatHistory,
    OlifantError,
    Unauthorized,
    Unreachable,
)
from running import TOKEN, URL, namespace, raw, run, until

VALUES = [
    "text", "", "[1]", '{"a":1}', "null", "5", "héllo 👋", "a\n\0", 0, 1, -1, 2**53, 1.5, 1e300,
    True, False, None, [], {}, [1, [2, {"a": None}]], {"ü": ["👋", 1.25, False]},
]  # fmt: skip
KEYS = ["a", ".", "..", "a.b", "a:b", "+1555", "a@b", "incr", "append", "-", "_", "k" * 128]


@contextmanager
def raises(kind, *words):
    try:
        yield
    except kind as error:
        for word in words:
            assert word in str(error), f"{word!r} is not in {error}"
    else:
        raise AssertionError(f"no {kind.__name__}")


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def memory(name="client", **more):
    return Memory(namespace(name), URL, token=TOKEN, **more)


def test_values_come_back_as_they_were():
    kept = memory()
    for value in VALUES:
        kept.set("k", value)
        back = kept.get("k", default="nothing")
        assert back == value and type(back) is type(value), (value, back)


def test_keys_of_every_form_are_kept_apart():
    kept = memory()
    for n, key in enumerate(KEYS):
        kept.set(key, n)
    assert kept.list_keys() == kept.keys() == kept.list() == KEYS[::-1]
    assert [kept.get(key) for key in KEYS] == [*range(len(KEYS))]
    assert [*kept.items()] == [(key, n) for n, key in enumerate(KEYS)][::-1]
    assert [kept.delete(key) for key in KEYS] == [True] * len(KEYS)
    assert kept.keys() == []


def test_it_reads_like_a_dict():
    kept = memory()
    assert kept, "an empty one is one all the same"
    kept["a"] = {"b": 1}
    kept["none"] = None
    assert kept["a"] == {"b": 1} and kept["none"] is None
    assert "a" in kept and "none" in kept and "b" not in kept
    assert kept.exists("none") and not kept.exists("b")
    assert sorted(kept) == ["a", "none"] and len(kept) == 2
    del kept["a"]
    with raises(KeyError, "a"):
        kept["a"]
    with raises(KeyError, "a"):
        del kept["a"]
    assert kept.get("a") is None and kept.get("a", 7) == 7 and kept.delete("a") is False


def test_there_may_be_more_keys_than_a_page_holds():
    kept = memory()
    for n in range(1003):
        kept.set(f"{'even' if n % 2 == 0 else 'odd'}.{n}", n)
    names = kept.keys()
    assert len(names) == len({*names}) == len(kept) == 1003
    assert names[0] == "even.1002" and names[-1] == "even.0"
    assert len(kept.list_keys("odd.")) == 501
    assert kept.clear() == 1003
    assert kept.keys() == [] and kept.clear() == 0


def test_a_value_ends_after_its_ttl():
    kept = memory()
    entry = kept.set("long", 1, ttl=3600)
    assert abs(entry.expires_at - entry.updated_at - timedelta(hours=1)) < timedelta(seconds=1)
    assert kept.set("long", 1).expires_at is None
    kept.set("short", 1, ttl=1)
    until(lambda: "short" not in kept)
    assert kept.get("short") is None and kept.keys() == ["long"]
    assert kept.incr("short") == 1, "it begins anew"


def test_a_version_guards_a_write():
    kept = memory()
    first = kept.set("k", 1, if_absent=True)
    with raises(Conflict):
        kept.set("k", 2, if_absent=True)
    second = kept.set("k", 2, if_version=first.version)
    with raises(Conflict):
        kept.set("k", 3, if_version=first.version)
    assert kept.entry("k") == second
    assert second.value == 2 and second.version > first.version
    assert second.created_at == first.created_at <= second.updated_at
    assert second.created_at.tzinfo is not None
    with raises(Conflict):
        kept.set("none", 1, if_version=1)
    assert kept.entry("none") is None


def test_counts_from_many_threads_add_up():
    kept = memory()
    seen = []
    in_threads(4, lambda _: seen.extend(kept.incr("n") for _ in range(10)))
    assert sorted(seen) == [*range(1, 41)]
    assert kept.incr("n", by=-39) == 1 and kept.get("n") == 1
    assert kept.incr("n", by=0.5) == 1.5
    kept.set("text", "five")
    with raises(OlifantError):
        kept.incr("text")
    assert kept.get("text") == "five"
    kept.set("before", "5")
    assert kept.incr("before") == 6, "BotWire's client wrote numbers as text"


def test_appends_from_many_threads_are_all_kept_in_their_order():
    kept = memory()
    in_threads(4, lambda worker: [kept.append("list", [worker, n]) for n in range(10)])
    said = kept.get("list")
    assert len(said) == 40
    for worker in range(4):
        assert [n for w, n in said if w == worker] == [*range(10)]
    assert kept.append("list", "a", None) == 42
    assert [*kept.slice("list", 40)] == ["a", None]
    kept.set("text", "5")
    with raises(OlifantError):
        kept.append("text", 1)
    assert kept.get("text") == "5"


def test_a_long_list_is_read_by_pages():
    kept = memory()
    assert [*kept.slice("list")] == []
    for start in range(0, 2500, 500):
        kept.append("list", *range(start, start + 500))
    assert [*kept.slice("list")] == [*range(2500)]
    assert [*kept.slice("list", 2499)] == [2499]
    assert [*kept.slice("list", 2500)] == [] == [*kept.slice("list", 9999)]


def test_what_botwire_wrote_can_be_read():
    ns = namespace("before")
    for key, value in [("list", '[1, "a"]'), ("text", "[no json"), ("number", "5")]:
        assert raw("PUT", f"/memory/{ns}/{key}", json={"value": value}).status_code == 200
    plain = Memory(ns, URL, token=TOKEN)
    decoding = Memory(ns, URL, token=TOKEN, decode_json=True)
    assert plain.get("list") == '[1, "a"]' and decoding.get("list") == [1, "a"]
    assert plain.get("text") == decoding.get("text") == "[no json"
    assert plain.get("number") == decoding.get("number") == "5"


def test_a_person_has_three_namespaces():
    names = ["whatsapp-15550100146", "user-15550100146", "twilio-whatsapp:+15550100146"]
    kept = [Memory(name, URL, token=TOKEN) for name in names]
    key = namespace("plan")
    kept[0].set(key, "gold")
    assert [each.get(key) for each in kept] == ["gold"] * 3
    assert kept[2].delete(key) and kept[0].get(key) is None


def test_refusals_say_what_to_do():
    ns = namespace("refused")
    for token in (f"{TOKEN}0", "olf_wrong"):
        with raises(Unauthorized, "olifant token new --scope memory"):
            Memory(ns, URL, token=token).set("k", 1)
    kept = memory()
    for bad in ("a b", "a/b", "k" * 129, "a\n", "ü", "a?b", "a#b"):
        with raises(OlifantError):
            kept.set(bad, 1)
        with raises(OlifantError):
            kept.get(bad)
        with raises(OlifantError):
            kept.delete(bad)
    for wrong in (lambda: Memory("", URL), lambda: Memory("a/b", URL), lambda: kept.get("")):
        with raises(ValueError):
            wrong()
    with raises(Unreachable, "OLIFANT_URL"):
        Memory(ns, "http://127.0.0.1:1").get("k")
    with raises(OlifantError):
        Memory(ns, f"{URL}/elsewhere", token=TOKEN).get("k")
    with raises(httpx.HTTPError):  # what programs for BotWire catch
        kept.set("a b", 1)


@contextmanager
def environment(**settings):
    before = dict(os.environ)
    for name in ("OLIFANT_URL", "OLIFANT_TOKEN", "BOTWIRE_URL"):
        os.environ.pop(name, None)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_where_the_server_is_comes_from_the_environment():
    ns = namespace("environment")
    within = URL.replace("://", f"://olifant:{TOKEN}@", 1)
    alone = URL.replace("://", f"://{TOKEN}@", 1)
    for settings in (
        {"OLIFANT_URL": URL, "OLIFANT_TOKEN": TOKEN},
        {"OLIFANT_URL": within},
        {"OLIFANT_URL": f"{alone}/", "OLIFANT_TOKEN": "olf_another"},
        {"BOTWIRE_URL": within},
        {"BOTWIRE_URL": URL, "OLIFANT_TOKEN": TOKEN},
        {"OLIFANT_URL": within, "BOTWIRE_URL": "http://127.0.0.1:1"},
    ):
        with environment(**settings):
            kept = Memory(ns)
            assert kept.incr("n") > 0, settings
            assert kept.base_url == URL and TOKEN not in repr(kept)
    with environment():
        assert Memory(ns).base_url == "http://127.0.0.1:8080"
        with raises(ValueError):
            Memory(ns, "bot.example.com")


def test_all_of_it_can_be_awaited():
    asyncio.run(awaited())


async def awaited():
    async with AsyncMemory(namespace("async"), URL, token=TOKEN) as kept:
        for value in VALUES:
            await kept.set("k", value)
            back = await kept.get("k", default="nothing")
            assert back == value and type(back) is type(value), (value, back)
        seen = await asyncio.gather(*(kept.incr("n") for _ in range(40)))
        assert sorted(seen) == [*range(1, 41)]
        lengths = await asyncio.gather(*(kept.append("list", n) for n in range(40)))
        assert sorted(lengths) == [*range(1, 41)]
        assert sorted([n async for n in kept.slice("list")]) == [*range(40)]
        for n in range(110):
            await kept.set(f"many.{n}", n, ttl=3600)
        assert len(await kept.keys("many.")) == 110
        assert len(await kept.list_keys()) == len(await kept.list()) == 113
        assert len([key async for key in kept]) == 113
        assert {key: n async for key, n in kept.items("many.")}["many.7"] == 7
        entry = await kept.entry("many.7")
        with raises(Conflict):
            await kept.set("many.7", 0, if_version=entry.version + 1)
        with raises(Conflict):
            await kept.set("many.7", 0, if_absent=True)
        assert await kept.exists("many.7") and await kept.delete("many.7")
        assert not await kept.exists("many.7") and not await kept.delete("many.7")
        assert await kept.get("many.7", 1) == 1
        assert await kept.clear() == 112
    async with AsyncMemory("a", URL, token="olf_wrong") as kept:
        with raises(Unauthorized, "olifant token new"):
            await kept.get("k")
    async with AsyncMemory("a", "http://127.0.0.1:1") as kept:
        with raises(Unreachable):
            await kept.get("k")


def history(session=None, **more):
    return OlifantChatHistory(session or namespace("chat"), base_url=URL, token=TOKEN, **more)


def test_a_chat_keeps_its_messages():
    chat = history()
    assert chat.messages == []
    said = [
        HumanMessage("hello"),
        AIMessage("", tool_calls=[{"name": "look", "args": {"a": 1}, "id": "1"}]),
        ToolMessage("नमस्ते 👋", tool_call_id="1"),
        HumanMessage('["a"]'),
    ]
    chat.add_message(said[0])
    chat.add_messages(said[1:])
    assert chat.messages == history(chat.session_id).messages == said
    assert asyncio.run(chat.aget_messages()) == said
    chat.add_user_message("bye")
    assert chat.messages[-1].content == "bye"
    chat.clear()
    assert chat.messages == []
    assert BotWireChatHistory is OlifantChatHistory


def test_a_chat_of_600_messages_goes_on():
    chat = history()
    chat.add_messages([HumanMessage(f"message {n} " + "x" * 200) for n in range(595)])
    for n in range(595, 600):
        chat.add_message(HumanMessage(f"message {n}"))
    said = chat.messages
    assert [m.content.split()[1] for m in said] == [str(n) for n in range(600)]
    chat.clear()


def test_a_chat_in_many_threads_loses_nothing():
    chat = history()
    in_threads(4, lambda w: [chat.add_message(HumanMessage(f"{w} {n}")) for n in range(10)])
    said = [message.content for message in chat.messages]
    assert len(said) == 40
    for worker in "0123":
        assert [s for s in said if s[0] == worker] == [f"{worker} {n}" for n in range(10)]
    chat.clear()


def test_a_chat_that_botwire_began_goes_on():
    old = '[{"type": "human", "data": {"content": "hello", "type": "human"}}]'
    for first in ("reading", "writing"):
        session = namespace("old")
        path = f"/memory/langchain-sessions/{session}"
        assert raw("PUT", path, json={"value": old}).status_code == 200
        chat = history(session, ttl=3600)
        if first == "reading":
            assert [m.content for m in chat.messages] == ["hello"]
        in_threads(4, lambda n: chat.add_message(AIMessage(f"hi {n}")))
        assert [m.content for m in chat.messages][0] == "hello"
        assert len(chat.messages) == 5
        chat.clear()
    raw("PUT", path, json={"value": "no chat"})
    with raises(OlifantError):
        chat.add_message(HumanMessage("hello"))
    assert raw("GET", path).json()["value"] == "no chat"
    chat.clear()


if __name__ == "__main__":
    run(sys.modules[__name__])

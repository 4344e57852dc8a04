"""BotWire's contract: what its server answers, and its client unmodified.

Run it with OLIFANT_URL and OLIFANT_TOKEN set. OLIFANT_VALUE_CHARS is the most
characters of a value, if the server was told another than BotWire's.
"""

import os
import sys
import threading
from urllib.parse import urljoin, urlsplit

from running import TOKEN, URL, namespace, raw, run, until

# BotWire's client reads it once, when it is imported.
os.environ["BOTWIRE_URL"] = URL.replace("://", f"://olifant:{TOKEN}@", 1)

import httpx  # noqa: E402
from botwire import BotWireChatHistory, Memory  # noqa: E402
from langchain_core.messages import AIMessage, HumanMessage  # noqa: E402

MOST = int(os.environ.get("OLIFANT_VALUE_CHARS", "100000"))
BAD_NAMESPACE = "Invalid namespace. Use 1-64 alphanumeric/underscore/dash chars."
BAD_KEY = "Invalid key. Use 1-128 alphanumeric/underscore/dash/dot chars."
NO_OBJECT = "Input should be a valid dictionary or object to extract fields from"


def put(path, value, **more):
    return raw("PUT", path, json={"value": value, **more})


def answers(response, status, body):
    """Exactly this status and body."""
    told = (response.status_code, response.json())
    assert told == (status, body), f"{response.request.method} {response.url}: {told}"
    assert response.headers["content-type"] == "application/json"


def refuses(response, status, words):
    answers(response, status, {"detail": words})


def invalid(response, **told):
    """FastAPI's answer to one thing that is wrong."""
    answers(response, 422, {"detail": [told]})


# What the server answers, row by row.


def test_put_says_what_was_stored_and_counts_characters():
    ns = namespace("put")
    for value, chars in [("héllo", 5), ("", 0), ("👋🏽", 2), ("नमस्ते", 6), ("a\nb\0", 4)]:
        stored = {"namespace": ns, "key": "k1", "stored": True, "bytes": chars}
        answers(put(f"/memory/{ns}/k1", value), 200, stored)
        assert raw("GET", f"/memory/{ns}/k1").json()["value"] == value
    answers(put(f"/memory/{ns}/k2", "x", other=[1]), 200, {**stored, "key": "k2", "bytes": 1})


def test_get_has_times_and_the_first_one_stays():
    ns = namespace("get")
    put(f"/memory/{ns}/k1", "a")
    first = raw("GET", f"/memory/{ns}/k1").json()
    assert set(first) == {"namespace", "key", "value", "created_at", "updated_at"}, first
    assert (first["namespace"], first["key"], first["value"]) == (ns, "k1", "a")
    assert isinstance(first["created_at"], float) and isinstance(first["updated_at"], float)
    put(f"/memory/{ns}/k1", "b")
    second = raw("GET", f"/memory/{ns}/k1").json()
    assert second["value"] == "b"
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] >= first["updated_at"]


def test_what_is_missing_is_404():
    ns = namespace("none")
    for method in ("GET", "DELETE"):
        refuses(raw(method, f"/memory/{ns}/zzz"), 404, f"Key not found: {ns}/zzz")


def test_delete_says_so_once():
    ns = namespace("delete")
    put(f"/memory/{ns}/k1", "a")
    deleted = {"deleted": True, "namespace": ns, "key": "k1"}
    answers(raw("DELETE", f"/memory/{ns}/k1"), 200, deleted)
    refuses(raw("DELETE", f"/memory/{ns}/k1"), 404, f"Key not found: {ns}/k1")


def test_list_is_newest_first_whole_and_ends_at_a_limit_that_is_given():
    ns = namespace("list")
    answers(raw("GET", f"/memory/{ns}"), 200, {"namespace": ns, "count": 0, "keys": []})
    for n in range(105):
        put(f"/memory/{ns}/k{n}", "x" * n)
    put(f"/memory/{ns}/k3", "é")
    listed = raw("GET", f"/memory/{ns}").json()
    assert set(listed) == {"namespace", "count", "keys"}, set(listed)
    assert (listed["namespace"], listed["count"], len(listed["keys"])) == (ns, 105, 105)
    newest, second = listed["keys"][:2]
    assert set(newest) == {"key", "bytes", "updated_at"}
    assert (newest["key"], newest["bytes"]) == ("k3", 1)
    assert (second["key"], second["bytes"]) == ("k104", 104)
    assert isinstance(newest["updated_at"], float)
    for limit, count in [(1, 1), (104, 104), (1000, 105)]:
        listed = raw("GET", f"/memory/{ns}", params={"limit": limit}).json()
        assert (listed["count"], len(listed["keys"])) == (count, count)


def test_stats_count_entries_namespaces_and_characters():
    before = raw("GET", "/stats/memory")
    assert before.status_code == 200
    before = before.json()
    assert set(before) == {"total_entries", "total_namespaces", "total_bytes"}
    ns = namespace("stats")
    put(f"/memory/{ns}/k1", "héllo")
    put(f"/memory/{ns}/k2", "👋")
    after = raw("GET", "/stats/memory").json()
    rise = {name: after[name] - before[name] for name in after}
    assert rise == {"total_entries": 2, "total_namespaces": 1, "total_bytes": 6}, rise


def test_bad_names_are_400_and_a_line_break_is_one():
    ns = namespace("names")
    for bad in ["a%20b", "a.b", "n" * 65, "%C3%A9", f"{ns}%0A", "a%24", "a*b"]:
        for path in (f"/memory/{bad}", f"/memory/{bad}/k"):
            refuses(raw("GET", path), 400, BAD_NAMESPACE)
        refuses(put(f"/memory/{bad}/b%20d", "a"), 400, BAD_NAMESPACE)
        refuses(raw("DELETE", f"/memory/{bad}/k"), 400, BAD_NAMESPACE)
    for bad in ["a%20b", "k" * 129, "%E2%82%AC", "k%0A", "k%0Ak", "a~b", "a!b", "a%23b"]:
        refuses(raw("GET", f"/memory/{ns}/{bad}"), 400, BAD_KEY)
        refuses(raw("DELETE", f"/memory/{ns}/{bad}"), 400, BAD_KEY)
        refuses(put(f"/memory/{ns}/{bad}", "x" * (MOST + 1)), 400, BAD_KEY)


def test_long_names_and_these_of_phones_are_good():
    for ns in [namespace("n").ljust(64, "_"), namespace("a:+@-")]:
        for key in ["k" * 128, "A.z_0-9", "a:+@", "incr"]:
            stored = {"namespace": ns, "key": key, "stored": True, "bytes": 1}
            answers(put(f"/memory/{ns}/{key}", "v"), 200, stored)
            escaped = key.replace(":", "%3A").replace("+", "%2B").replace("@", "%40")
            told = raw("GET", f"/memory/{ns.replace('+', '%2B')}/{escaped}").json()
            assert (told["namespace"], told["key"], told["value"]) == (ns, key, "v")


def test_a_value_ends_at_its_most_characters_not_bytes():
    ns = namespace("size")
    for letter in ("x", "é", "👋"):
        put(f"/memory/{ns}/k", "")
        response = put(f"/memory/{ns}/k", letter * MOST)
        assert (response.status_code, response.json()["bytes"]) == (200, MOST), response.text
        refuses(put(f"/memory/{ns}/k", letter * (MOST + 1)), 400, "Value too large. Max 100KB.")
        assert raw("GET", f"/memory/{ns}/k").json()["value"] == letter * MOST
    # The same letters as other JSON libraries write them: twelve bytes each.
    escaped = b'{"value":"' + b"\\ud83d\\udc4b" * MOST + b'"}'
    response = raw("PUT", f"/memory/{ns}/k", content=escaped, headers=JSON)
    assert (response.status_code, response.json().get("bytes")) == (200, MOST), response.text


JSON = {"content-type": "application/json"}


def test_a_value_is_a_string():
    ns = namespace("types")
    for value in (5, 1.5, None, True, ["a"], {"a": [None]}):
        response = put(f"/memory/{ns}/k", value)
        told = {"loc": ["body", "value"], "msg": "Input should be a valid string"}
        invalid(response, type="string_type", input=value, **told)
    # What is wrong with the body comes before what is wrong with the names.
    invalid(put("/memory/a%20b/k", 5), type="string_type", input=5, **told)


def test_a_body_has_a_value():
    path = f"/memory/{namespace('body')}/k"
    lacks = {"type": "missing", "msg": "Field required"}
    for body in ({}, {"Value": "a"}):
        invalid(raw("PUT", path, json=body), loc=["body", "value"], input=body, **lacks)
    for more in ({}, {"headers": JSON}, {"content": b"null", "headers": JSON}):
        invalid(raw("PUT", path, **more), loc=["body"], input=None, **lacks)


def test_a_body_is_json():
    path = f"/memory/{namespace('json')}/k"
    for content, at, error in [
        (b"{bad", 1, "Expecting property name enclosed in double quotes"),
        (b"{", 1, "Expecting property name enclosed in double quotes"),
        (b'{"value":', 9, "Expecting value"),
        (b'{"value":"x"} y', 14, "Extra data"),
        (b'{"value" 1}', 9, "Expecting ':' delimiter"),
        (b'{"value":"x" "y":1}', 13, "Expecting ',' delimiter"),
        (b'{"value":"x', 9, "Unterminated string starting at"),
        (b"x", 0, "Expecting value"),
    ]:
        told = {"msg": "JSON decode error", "input": {}, "ctx": {"error": error}}
        response = raw("PUT", path, content=content, headers=JSON)
        invalid(response, type="json_invalid", loc=["body", at], **told)


def test_a_body_is_an_object_and_said_to_be_json():
    path = f"/memory/{namespace('object')}/k"
    told = {"type": "model_attributes_type", "loc": ["body"], "msg": NO_OBJECT}
    for body in (["value"], "value", 5, False):
        invalid(raw("PUT", path, json=body), input=body, **told)
    text = b'{"value":"x"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        response = raw("PUT", path, content=text, headers={"content-type": kind})
        invalid(response, input=text.decode(), **told)
    for kind in ("application/json; charset=utf-8", "application/vnd.x+json"):
        response = raw("PUT", path, content=text, headers={"content-type": kind})
        assert response.status_code == 200, response.text
    assert raw("PUT", path, content=text).status_code == 200, "no type at all is JSON"


def test_a_limit_is_from_1_to_1000():
    path = f"/memory/{namespace('limit')}"
    loc = ["query", "limit"]
    low = {"type": "greater_than_equal", "msg": "Input should be greater than or equal to 1"}
    high = {"type": "less_than_equal", "msg": "Input should be less than or equal to 1000"}
    kind = "Input should be a valid integer, unable to parse string as an integer"
    for limit in ("0", "-1"):
        response = raw("GET", path, params={"limit": limit})
        invalid(response, loc=loc, input=limit, ctx={"ge": 1}, **low)
    response = raw("GET", path, params={"limit": "1001"})
    invalid(response, loc=loc, input="1001", ctx={"le": 1000}, **high)
    for limit in ("abc", "", "1.5"):
        response = raw("GET", path, params={"limit": limit})
        invalid(response, loc=loc, input=limit, type="int_parsing", msg=kind)


def test_other_paths_are_not_found():
    for path in ("/memory/", "/memory", "/memory/a/b/c", "/memory/a/b%2Fc"):
        refuses(raw("GET", path), 404, "Not Found")
    refuses(put("/memory/a/b%2Fc", "x"), 404, "Not Found")


def test_a_slash_too_many_is_redirected():
    ns = namespace("slash")
    for path in (f"/memory/{ns}", f"/memory/{ns}/k"):
        response = raw("GET", f"{path}/", params={"limit": 5})
        assert (response.status_code, response.content) == (307, b"")
        target = urlsplit(urljoin(str(response.url), response.headers["location"]))
        assert (target.path, target.query) == (path, "limit=5"), target
        assert target.netloc == urlsplit(URL).netloc


def test_other_methods_are_not_allowed():
    ns = namespace("methods")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        response = raw(method, f"/memory/{ns}")
        refuses(response, 405, "Method Not Allowed")
        assert response.headers["allow"] == "GET", response.headers
    refuses(raw("POST", "/stats/memory"), 405, "Method Not Allowed")
    refuses(raw("POST", f"/memory/{ns}/k"), 405, "Method Not Allowed")
    for path in (f"/memory/{ns}", f"/memory/{ns}/k", "/stats/memory"):
        assert raw("HEAD", path).status_code == 405


def test_pages_of_the_web_may_ask():
    origin = {"origin": "https://example.com"}
    for path in ("/stats/memory", f"/memory/{namespace('cors')}/none"):
        assert raw("GET", path, headers=origin).headers["access-control-allow-origin"] == "*"
    asks = {**origin, "access-control-request-method": "PUT"}
    response = raw("OPTIONS", "/memory/a/b", headers=asks, auth=None)
    assert response.status_code == 200, "browsers show no token when they ask"
    assert response.headers["access-control-allow-origin"] == "*"
    allowed = response.headers["access-control-allow-methods"]
    assert {*allowed.replace(" ", "").split(",")} == {"GET", "PUT", "DELETE", "POST"}


# What BotWire's server can't do.


def test_nothing_is_open_without_a_token():
    ns = namespace("closed")
    put(f"/memory/{ns}/k", "secret")
    wrong = [None, ("olifant", f"{TOKEN}0"), ("olifant", ""), (ns, "secret")]
    for auth in wrong:
        for method, path in [
            ("GET", f"/memory/{ns}/k"),
            ("GET", f"/memory/{ns}"),
            ("DELETE", f"/memory/{ns}/k"),
            ("PUT", f"/memory/{ns}/k"),
            ("GET", "/stats/memory"),
        ]:
            response = raw(method, path, auth=auth)
            assert response.status_code == 401, (method, path, auth, response.status_code)
            assert "www-authenticate" in response.headers
            assert isinstance(response.json()["detail"], str), response.text
            assert "secret" not in response.text
    assert raw("GET", f"/memory/{ns}/k").json()["value"] == "secret"


def test_a_token_is_shown_in_three_ways():
    path = f"/memory/{namespace('ways')}"
    assert raw("GET", path, auth=("anybody", TOKEN)).status_code == 200
    assert raw("GET", path, auth=(TOKEN, "")).status_code == 200
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert raw("GET", path, auth=None, headers=bearer).status_code == 200


def test_a_value_may_end_by_itself():
    ns = namespace("ttl")
    put(f"/memory/{ns}/long", "a", ttl=3600)
    told = raw("GET", f"/memory/{ns}/long").json()
    assert 3599 < told["expires_at"] - told["updated_at"] < 3601, told
    put(f"/memory/{ns}/long", "a")
    assert "expires_at" not in raw("GET", f"/memory/{ns}/long").json()
    put(f"/memory/{ns}/short", "a", ttl=1)
    until(lambda: raw("GET", f"/memory/{ns}/short").status_code == 404)
    assert [key["key"] for key in raw("GET", f"/memory/{ns}").json()["keys"]] == ["long"]
    refuses(raw("DELETE", f"/memory/{ns}/short"), 404, f"Key not found: {ns}/short")


def test_typed_values_are_shown_as_text_unless_asked_for():
    ns = namespace("typed")
    for value, text in [(5, "5"), (True, "true"), (None, "null"), ([1, "a"], '[1,"a"]')]:
        raw("PUT", f"/v1/memory/{ns}/k", json={"value": value})
        shown = raw("GET", f"/memory/{ns}/k").json()["value"]
        assert shown.replace(" ", "") == text, shown
        assert raw("GET", f"/memory/{ns}/k", params={"typed": 1}).json()["value"] == value
    response = raw("PUT", f"/memory/{ns}/k", params={"typed": 1}, json={"value": 5})
    assert response.status_code == 200, response.text
    assert raw("GET", f"/v1/memory/{ns}/k").json()["value"] == 5


def test_one_person_has_three_namespaces():
    plain = "15550100142"
    names = [f"whatsapp-{plain}", f"user-{plain}", f"twilio-whatsapp:+{plain}"]
    key = namespace("plan")
    for writes in names:
        put(f"/memory/{writes}/{key}", writes)
        for reads in names:
            told = raw("GET", f"/memory/{reads}/{key}").json()
            assert (told["namespace"], told["value"]) == (reads, writes)
    assert raw("GET", f"/memory/whatsapp-15550100143/{key}").status_code == 404
    raw("DELETE", f"/memory/{names[0]}/{key}")
    assert raw("GET", f"/memory/{names[2]}/{key}").status_code == 404


# BotWire's client, unmodified.


def test_memory_gives_back_what_it_was_given():
    memory = Memory(namespace("client"))
    for value in ("text", "", "héllo 👋", {"a": [1, None, "ü"]}, ["a", {"b": 1.5}], []):
        memory.set("k", value)
        assert memory.get("k") == value
    for value, text in [(1, "1"), (1.5, "1.5"), (True, "true"), (None, "null")]:
        memory.set("k", value)
        assert memory.get("k") == text
    assert memory.get("none") is None
    assert memory.get("none", default=7) == 7


def test_memory_deletes_lists_and_looks():
    memory = Memory(namespace("client"))
    assert memory.keys() == []
    memory.set("a", "1")
    memory.set("b", [1])
    assert [key["key"] for key in memory.keys()] == ["b", "a"]
    assert "a" in memory and "c" not in memory
    assert memory.delete("a") is True
    assert memory.delete("a") is False
    assert "a" not in memory


def test_memory_fails_as_it_did():
    for wrong in (lambda m: m.set("a b", "x"), lambda m: m.get("a b")):
        try:
            wrong(Memory(namespace("client")))
        except httpx.HTTPStatusError as error:
            assert error.response.status_code == 400
        else:
            raise AssertionError("a bad key was taken")
    try:
        Memory("a", base_url=URL).get("b")
    except httpx.HTTPStatusError as error:
        assert error.response.status_code == 401
    else:
        raise AssertionError("it was open")


def test_the_tutorials_namespace_works():
    memory = Memory("twilio-whatsapp:+15550100144")
    memory.set("name", "Ana")
    assert memory.get("name") == "Ana"
    assert memory.delete("name")


def test_memory_is_kept_apart():
    one, other = Memory(namespace("one")), Memory(namespace("other"))
    one.set("k", "1")
    assert other.get("k") is None and other.keys() == []


def test_threads_write_their_own_keys():
    memory = Memory(namespace("threads"))

    def write(worker):
        for n in range(10):
            memory.set(f"{worker}.{n}", n)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(memory.keys()) == 40


def test_chat_history_keeps_its_messages():
    history = BotWireChatHistory(namespace("chat"))
    assert history.messages == []
    said = [HumanMessage("hello"), AIMessage("नमस्ते 👋"), HumanMessage('["a"]')]
    for message in said:
        history.add_message(message)
    assert history.messages == said
    assert BotWireChatHistory(history.session_id).messages == said
    history.clear()
    assert history.messages == []


def test_chat_history_takes_a_phone_number():
    history = BotWireChatHistory("+15550100145")
    history.clear()
    history.add_message(HumanMessage("hello"))
    assert len(history.messages) == 1
    history.clear()


def test_chat_history_grows_past_the_most_characters():
    history = BotWireChatHistory(namespace("long"))
    history.add_message(HumanMessage("x" * (MOST - 1000)))
    for n in range(20):
        history.add_message(HumanMessage(f"message {n}"))
    assert len(history.messages) == 21
    assert history.messages[-1].content == "message 19"


if __name__ == "__main__":
    run(sys.modules[__name__])

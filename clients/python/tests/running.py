"""What both tests share: where the server is, and running functions in order."""

import os
import sys
import time
import traceback
import uuid

import httpx

URL = os.environ.get("OLIFANT_URL", "http://127.0.0.1:8080").rstrip("/")
TOKEN = os.environ.get("OLIFANT_TOKEN", "")

_made = []
_client = httpx.Client(timeout=30)


def namespace(name):
    """A namespace that nobody else uses, deleted in the end."""
    _made.append(f"{name}-{uuid.uuid4().hex[:12]}")
    return _made[-1]


def raw(method, path, **more):
    """A request as it is, with the token as a program would send it."""
    more.setdefault("auth", ("olifant", TOKEN))
    return _client.request(method, URL + path, **more)


def until(condition):
    """Waits for what takes the server's clock a second or two."""
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.1)


def run(module):
    """Runs every ``test_*`` of a module; the exit code says whether all held."""
    if not TOKEN:
        sys.exit("set OLIFANT_URL and OLIFANT_TOKEN (olifant token new --scope memory)")
    tests = [(n, f) for n, f in vars(module).items() if n.startswith("test_")]
    failed = [name for name, test in tests if not _holds(name, test)]
    for ns in _made:
        raw("DELETE", f"/v1/memory/{ns}")
    print(f"{len(tests) - len(failed)} of {len(tests)} hold")
    sys.exit(1 if failed else 0)


def _holds(name, test):
    try:
        test()
    except Exception:
        print(f"FAILED  {name}")
        traceback.print_exc()
        return False
    print(f"ok      {name}")
    return True

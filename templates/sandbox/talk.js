// Talking to the sandbox. `null` and status 0 mean that nobody answered,
// `undefined` that there is no such thing.

export async function look(provider, person) {
  return ask(`/phone/state?${new URLSearchParams({ provider, person })}`);
}

export async function faults() {
  return ask("/phone/faults");
}

async function ask(path) {
  try {
    const response = await fetch(path);
    return response.ok ? await response.json() : undefined;
  } catch { return null; }
}

// The status of the answer, and its words if it is a refusal.
export async function tell(path, body) {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { ok: response.ok, status: response.status, words: await response.text() };
  } catch { return { ok: false, status: 0, words: "" }; }
}

// Calls `changed` at each change, and `lost` when nobody is there any more.
export function listen(changed, lost) {
  const events = new EventSource("/phone/events");
  events.onmessage = changed;
  events.onopen = changed;
  events.onerror = () => {
    lost();
    // The browser comes back by itself, unless the answer was final.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => listen(changed, lost), 2000);
  };
}

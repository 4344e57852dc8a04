"use strict";

const HINTS = ["My name is NAME", "What is my name?", "Remember that I like tea", "What do you know about me?"];
const THROUGH = {
  meta: "A webhook of Meta's Cloud API, JSON, signed with the app secret.",
  twilio: "A webhook of Twilio, a form, signed with the auth token.",
};
const HIDDEN = {
  meta: (name, id) => `${name} hides the number: Meta shows only the id ${id}.`,
  twilio: (name, id) => `${name} hides the number: Twilio shows the same hidden id, whatsapp:${id}.`,
};
const GONE = "Olifant is not running. Start it again; this page comes back by itself.";

const $ = (id) => document.getElementById(id);
const state = { provider: "meta", person: "ana", view: null, online: true, seen: load("seen") || {}, drafts: {} };
chosenInAddress();

// Talking to the sandbox.

let asking = false, askAgain = false;

async function refresh() {
  if (asking) { askAgain = true; return; }
  asking = true;
  const { provider, person } = state;
  try {
    const query = new URLSearchParams({ provider, person });
    const response = await fetch(`/phone/state?${query}`);
    if (!response.ok) throw new Error(response.status);
    const view = await response.json();
    connected(true);
    if (provider === state.provider && person === state.person) show(view);
  } catch { connected(false); }
  asking = false;
  if (askAgain) { askAgain = false; refresh(); }
}

async function tell(path, body) {
  const { provider, person } = state;
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ provider, person, ...body }),
    });
    return response.ok;
  } catch {
    connected(false);
    return false;
  }
}

function connected(online) {
  if (state.online === online) return;
  state.online = online;
  $("lost").hidden = online;
  $("lost").textContent = online ? "" : GONE;
  showTyping(0);
}

function listen() {
  const events = new EventSource("/phone/events");
  events.onmessage = refresh;
  events.onopen = refresh;
  events.onerror = () => {
    connected(false);
    // The browser comes back by itself, unless the answer was final.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
}

// Showing.

function show(view) {
  const chat = $("chat");
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
  const before = state.view;
  state.view = view;
  $("model").textContent = view.info.model;
  $("leaves").textContent = view.info.leaves;
  showPeople(view.people);
  showBubbles(view.bubbles || []);
  showTyping(view.typing_ms);
  showCount();
  showHints(view.bubbles || []);
  if (!before || atEnd) toEnd();
  showDown();
}

function showPeople(people) {
  const focused = document.activeElement?.dataset?.person;
  $("people").replaceChildren(...people.map((person, index) => {
    const chosen = person.key === state.person;
    if (chosen && person.last) { seen()[person.key] = person.last.id; save("seen", state.seen); }
    const fresh = person.last && person.last.side === "business" && seen()[person.key] !== person.last.id;
    const avatar = make("span", "avatar", person.name[0]);
    avatar.style.setProperty("--hue", [338, 205, 32, 265][index % 4]);
    avatar.ariaHidden = "true";
    const about = make("span");
    about.append(make("b", "", person.name), make("small", "", person.number || "number hidden, id only"));
    const button = make("button", fresh ? "person new" : "person");
    Object.assign(button, { type: "button", onclick: () => choose({ person: person.key }) });
    button.dataset.person = person.key;
    radio(button, chosen);
    if (fresh) button.setAttribute("aria-description", "new message");
    button.append(avatar, about);
    return button;
  }));
  if (focused) document.querySelector(`[data-person="${focused}"]`)?.focus();
  for (const button of $("providers").children) radio(button, button.dataset.provider === state.provider);
  const { number, id } = people.find((person) => person.key === state.person);
  const numbers = number ? "Same people, same numbers." : HIDDEN[state.provider](name(), id);
  $("through-note").textContent = `${THROUGH[state.provider]} ${numbers}`;
  $("as").textContent = `as ${name()} · ${state.provider === "meta" ? "Meta" : "Twilio"}`;
}

// Bubbles are kept as long as nothing about them changes: a screen reader
// reads what is new, and a selection stays.
function showBubbles(bubbles) {
  const list = $("bubbles");
  const texts = new Map(bubbles.map((bubble) => [bubble.id, bubble.text]));
  const old = new Map([...list.children].map((node) => [node.dataset.key, node]));
  const nodes = [];
  let day = "", side = "";
  for (const bubble of bubbles) {
    const today = new Date(bubble.at).toDateString();
    if (today !== day) { nodes.push(keep(old, `day ${today}`, "", () => make("li", "day", dayName(bubble.at)))); side = ""; }
    const first = bubble.side !== side;
    const look = JSON.stringify([bubble.text, bubble.tick, bubble.reports, first]);
    nodes.push(keep(old, bubble.id, look, () => drawBubble(bubble, first, texts)));
    [day, side] = [today, bubble.side];
  }
  if (!bubbles.length) nodes.push(keep(old, "empty", name(), () => make("li", "empty", `Nothing said yet. Write as ${name()}, or take one of the lines below.`)));
  nodes.forEach((node, index) => { if (list.children[index] !== node) list.insertBefore(node, list.children[index] || null); });
  while (list.children.length > nodes.length) list.lastChild.remove();
}

function keep(old, key, look, draw) {
  const node = old.get(key);
  if (node && node.dataset.look === look) return node;
  const fresh = draw();
  Object.assign(fresh.dataset, { key, look });
  return fresh;
}

function drawBubble(bubble, first, texts) {
  const mine = bubble.side === "person";
  const fault = mine ? faultOf(bubble.tick) : null;
  const node = make("li", ["bubble", mine && "mine", first && "first", fault && "bad"].filter(Boolean).join(" "));
  node.append(make("span", "hidden", mine ? `${name()}: ` : "Olifant: "));
  if (bubble.quotes) {
    const quote = make("span", "quote", texts.get(bubble.quotes) || "An earlier message");
    quote.dir = "auto";
    node.append(quote);
  }
  const words = make("div", "words");
  words.dir = "auto";
  words.append(...marked(bubble.text));
  node.append(words, mine ? footMine(bubble) : footTheirs(bubble));
  if (fault) node.append(drawFault(fault, bubble.id));
  return node;
}

function footMine(bubble) {
  const foot = make("div", "foot");
  foot.append(time(bubble.at), ticks(bubble.tick));
  return foot;
}

function footTheirs(bubble) {
  const foot = make("div", "foot");
  const reports = bubble.reports.map((report) => {
    if (report.answer === 0) return `${report.status} (not told)`;
    return report.answer === 200 ? report.status : `${report.status} (HTTP ${report.answer})`;
  });
  const details = make("span", "", reports.join(" · "));
  details.title = "What the app was told about this message";
  foot.append(details, time(bubble.at));
  return foot;
}

function faultOf(tick) {
  if (tick === "unreachable") return "The app can't be reached.";
  if (tick.refused) return `The app refused the webhook: HTTP ${tick.refused}.`;
  return null;
}

function drawFault(fault, id) {
  const line = make("div", "fault", fault);
  const button = make("button", "", "Retry");
  Object.assign(button, { type: "button", onclick: () => tell("/phone/retry", { id }) });
  line.append(button);
  return line;
}

const TICKS = {
  sending: ["", "sent", "M3 6.5 6.5 10 13 2.5"],
  accepted: ["", "delivered: the app has it", "M1 6.5 4.5 10 11 2.5M8 9.5 8.6 10 15.5 2.5"],
  read: ["read", "read", "M1 6.5 4.5 10 11 2.5M8 9.5 8.6 10 15.5 2.5"],
};

function ticks(tick) {
  const [kind, label, path] = TICKS[tick] || ["", "not delivered", "M8 1.5V7M8 10.4V10.5"];
  const span = make("span", `ticks ${kind}`);
  span.title = label;
  span.role = "img";
  span.ariaLabel = label;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 17 12");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  span.append(svg);
  return span;
}

let typingEnds;

function showTyping(ms) {
  clearTimeout(typingEnds);
  $("dots").hidden = ms <= 0;
  $("presence").textContent = !state.online ? "offline" : ms > 0 ? "typing…" : "online";
  if (ms > 0) typingEnds = setTimeout(() => showTyping(0), ms);
}

// All of them for a start; who has begun to talk needs a nudge at most.
function showHints(bubbles) {
  const said = new Set(bubbles.filter((bubble) => bubble.side === "person").map((bubble) => bubble.text));
  const all = HINTS.map((hint) => hint.replace("NAME", name()));
  const left = all.filter((hint) => !said.has(hint)).slice(0, bubbles.length ? 2 : all.length);
  const current = [...$("hints").children].map((button) => button.textContent);
  if (left.join() === current.join()) return;
  $("offers").hidden = !left.length;
  $("hints").replaceChildren(...left.map((hint) => {
    const button = make("button", "", hint);
    Object.assign(button, { type: "button", onclick: () => { tell("/phone/say", { text: hint }); $("text").focus(); } });
    return button;
  }));
  $("hints").scrollLeft = 0;
  showMore();
}

function showMore() {
  const hints = $("hints");
  const more = hints.scrollWidth - hints.clientWidth - hints.scrollLeft > 4;
  hints.classList.toggle("fades", more);
  $("more").hidden = !more;
}

// Letters as people count them on a phone: an emoji is one, not two.
function showCount() {
  const longest = state.view?.longest ?? Infinity;
  const length = [...$("text").value.trim()].length;
  const over = length - longest;
  $("count").hidden = over < -200;
  $("count").classList.toggle("over", over > 0);
  $("count").textContent = over > 0 ? `${length} / ${longest}: too long by ${over}` : `${length} / ${longest}`;
  $("text").setAttribute("aria-invalid", String(over > 0));
  $("send").disabled = over > 0;
}

// WhatsApp's markup. Only nodes and text are made, never HTML.

const MARKS = [
  [/```([\s\S]+?)```/, "code"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/u, "strong"],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*[^_\s])_(?![\p{L}\p{N}_])/u, "em"],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*[^~\s])~(?![\p{L}\p{N}~])/u, "s"],
];

function marked(text) {
  let best = null;
  for (const [pattern, tag] of MARKS) {
    const found = pattern.exec(text);
    if (found && (!best || found.index < best.found.index)) best = { found, tag };
  }
  if (!best) return [document.createTextNode(text)];
  const { found, tag } = best;
  const node = make(tag);
  node.append(...(tag === "code" ? [found[1]] : marked(found[1])));
  return [text.slice(0, found.index), node, ...marked(text.slice(found.index + found[0].length))];
}

// Small things.

function make(tag, kind = "", text = "") {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text) node.textContent = text;
  return node;
}

function radio(button, chosen) {
  button.setAttribute("role", "radio");
  button.setAttribute("aria-checked", String(chosen));
  button.tabIndex = chosen ? 0 : -1;
}

function time(at) {
  const node = make("time", "", new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  node.dateTime = new Date(at).toISOString();
  return node;
}

function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

function name() {
  return state.view?.people.find((person) => person.key === state.person)?.name || "";
}

function seen() {
  return state.seen[state.provider] ||= {};
}

function load(key) {
  try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
}

function save(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* it is only a comfort */ }
}

function toEnd() {
  $("chat").scrollTop = $("chat").scrollHeight;
}

function showDown() {
  const chat = $("chat");
  $("down").hidden = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
}

function fit() {
  const text = $("text"), chat = $("chat");
  const atEnd = $("down").hidden && chat.scrollHeight > chat.clientHeight;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  text.classList.toggle("long", text.scrollHeight > text.clientHeight + 1);
  showCount();
  if (atEnd) toEnd();
}

// What the hands do.

// `#twilio/noor`: a reload stays where it was, and a link can point at a chat.
function chosenInAddress() {
  const [, provider, person] = /^#(meta|twilio)\/(\w+)$/.exec(location.hash) || [];
  if (person) Object.assign(state, { provider, person });
}

function choose(what) {
  state.drafts[`${state.provider} ${state.person}`] = $("text").value;
  Object.assign(state, what, { view: null });
  history.replaceState(null, "", `#${state.provider}/${state.person}`);
  write(state.drafts[`${state.provider} ${state.person}`] || "");
  refresh();
}

async function send(event) {
  event?.preventDefault();
  const text = $("text").value.trim();
  if (!text || $("send").disabled) return;
  if (!state.online) return notSent();
  write("");
  toEnd();
  if (await tell("/phone/say", { text })) return;
  // Nothing took it: the words go back to where they were.
  if (!$("text").value) write(text);
  if (!state.online) notSent();
}

function notSent() {
  $("lost").textContent = `Not sent, your words are kept. ${GONE}`;
  refresh();
}

function write(text) {
  $("text").value = text;
  fit();
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.children];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  next.focus();
  next.click();
}

$("write").addEventListener("submit", send);
$("text").addEventListener("input", fit);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
});
$("chat").addEventListener("scroll", showDown);
$("down").addEventListener("click", toEnd);
$("hints").addEventListener("scroll", showMore);
$("more").addEventListener("click", () => $("hints").scrollBy({ left: $("hints").clientWidth * .7, behavior: "smooth" }));
$("about").addEventListener("click", () => {
  const open = document.querySelector(".desk").classList.toggle("open");
  $("about").setAttribute("aria-expanded", String(open));
});
addEventListener("resize", () => { fit(); showMore(); });
$("people").addEventListener("keydown", arrows);
$("providers").addEventListener("keydown", arrows);
for (const button of $("providers").children) button.onclick = () => choose({ provider: button.dataset.provider });

refresh();
listen();
$("text").focus();

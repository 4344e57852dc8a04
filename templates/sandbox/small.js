// Small things that every part needs.

export function make(tag, kind = "", text = "") {
  const node = document.createElement(tag);
  if (kind) node.className = kind;
  if (text) node.textContent = text;
  return node;
}

export function button(kind, text, onclick) {
  const node = make("button", kind, text);
  Object.assign(node, { type: "button", onclick });
  return node;
}

// An icon that says nothing to a screen reader.
export function icon(path, viewBox = "0 0 24 24") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", viewBox);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function radio(node, chosen) {
  node.setAttribute("role", "radio");
  node.setAttribute("aria-checked", String(chosen));
  node.tabIndex = chosen ? 0 : -1;
}

// Arrow keys choose in a group of radio buttons.
export function arrowsChoose(group) {
  group.addEventListener("keydown", (event) => {
    const next = neighbour(event, [...group.children], ["ArrowRight", "ArrowDown"], ["ArrowLeft", "ArrowUp"]);
    next?.focus();
    next?.click();
  });
}

// The one that an arrow key leads to, round the end.
export function neighbour(event, all, forth, back) {
  const step = forth.includes(event.key) ? 1 : back.includes(event.key) ? -1 : 0;
  if (!step || !all.length) return null;
  event.preventDefault();
  return all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
}

export function time(at) {
  const node = make("time", "", new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  node.dateTime = new Date(at).toISOString();
  return node;
}

export function dayName(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 864e5);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Date(at).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

// Letters as people count them on a phone: an emoji is one, not two.
export function letters(text) {
  return [...text].length;
}

export function load(key) {
  try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
}

export function save(key, value) {
  try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* it is only a comfort */ }
}

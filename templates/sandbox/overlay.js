// What lies above a phone for a moment: a menu at a button, and a sheet from
// below. Escape closes both, and the focus goes back to where it was.

import { button, make, neighbour } from "./small.js";

let close = null;

// Closes whatever is open.
export function closeOverlay() {
  close?.();
}

// A menu stands at a place that may move; a sheet stays, else a keyboard that
// comes up would take it away.
export function closeMenu() {
  if (document.querySelector(".menu")) closeOverlay();
}

// A menu of `{ label, path?, act }` or of `{ row: [...] }`, at the anchor.
export function openMenu(phone, anchor, label, entries) {
  closeOverlay();
  const menu = make("div", "menu");
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", label);
  menu.append(...entries.map((entry) => entry.row ? drawRow(entry.row) : drawEntry(entry)));
  phone.append(menu);
  beside(menu, anchor, phone);
  anchor.setAttribute("aria-expanded", "true");
  opened(menu, anchor);
  menu.addEventListener("keydown", (event) => walk(event, menu));
  menu.querySelector("button").focus();
}

function drawEntry({ label, draw, act, description }) {
  const entry = button("", "", () => { closeOverlay(); act(); });
  entry.setAttribute("role", "menuitem");
  if (draw) entry.append(draw());
  entry.append(make("span", "", label));
  if (description) entry.append(make("small", "", description));
  return entry;
}

// Entries that are one sign each; their names are for whoever can't see them.
function drawRow(entries) {
  const row = make("div", "signs");
  row.setAttribute("role", "none");
  row.append(...entries.map(({ sign, label, act }) => {
    const entry = button("", sign, () => { closeOverlay(); act(); });
    entry.setAttribute("role", "menuitem");
    entry.setAttribute("aria-label", label);
    entry.title = label;
    return entry;
  }));
  return row;
}

function walk(event, menu) {
  const all = [...menu.querySelectorAll("button")];
  if (event.key === "Tab") return closeOverlay();
  if (event.key === "Home" || event.key === "End") {
    event.preventDefault();
    return all.at(event.key === "Home" ? 0 : -1).focus();
  }
  neighbour(event, all, ["ArrowDown", "ArrowRight"], ["ArrowUp", "ArrowLeft"])?.focus();
}

// Inside of the phone, on the side of the anchor that has more room.
function beside(menu, anchor, phone) {
  const frame = phone.getBoundingClientRect(), at = anchor.getBoundingClientRect();
  const left = Math.min(Math.max(at.left - frame.left, 8), phone.clientWidth - menu.offsetWidth - 8);
  const below = at.bottom - frame.top + 4;
  const fits = below + menu.offsetHeight + 8 <= phone.clientHeight;
  const top = fits ? below : Math.max(8, at.top - frame.top - menu.offsetHeight - 4);
  menu.style.left = `${Math.max(left, 8)}px`;
  menu.style.top = `${top}px`;
}

// A dialog at the lower end of the phone; what is under it can't be reached.
export function openSheet(phone, title, content) {
  closeOverlay();
  const before = document.activeElement;
  const shade = make("div", "shade"), sheet = make("div", "sheet"), head = make("header");
  sheet.setAttribute("role", "dialog");
  sheet.setAttribute("aria-label", title);
  head.append(make("h3", "", title), button("", "Close", closeOverlay));
  sheet.append(head, content);
  shade.append(sheet);
  shade.addEventListener("click", (event) => { if (event.target === shade) closeOverlay(); });
  const under = phone.firstElementChild;
  under.inert = true;
  phone.append(shade);
  opened(shade, before, () => { under.inert = false; });
  (sheet.querySelector("[data-first]") || content.querySelector("button, input, textarea") || head.lastChild).focus();
}

function opened(node, focusAfter, undo = () => {}) {
  const outside = (event) => { if (!node.contains(event.target)) closeOverlay(); };
  const escape = (event) => { if (event.key === "Escape") { event.preventDefault(); closeOverlay(); } };
  close = () => {
    close = null;
    removeEventListener("pointerdown", outside, true);
    removeEventListener("keydown", escape, true);
    node.remove();
    undo();
    if (focusAfter?.hasAttribute("aria-expanded")) focusAfter.setAttribute("aria-expanded", "false");
    if (focusAfter?.isConnected) focusAfter.focus({ preventScroll: true });
  };
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", escape, true);
}

// The messages of a chat. Bubbles are kept as long as nothing about them
// changes: a screen reader reads what is new, and a selection stays.

import { drawBubble } from "./bubble.js";
import { dayName, make, neighbour } from "./small.js";

export class Chat {
  constructor(phone) {
    this.phone = phone;
    this.scroller = phone.part("chat");
    this.list = phone.part("bubbles");
    this.atEnd = true;
    this.scroller.addEventListener("scroll", () => { this.atEnd = this.distance() < 60; this.showDown(); });
    // A picture has its height only when it is there.
    this.list.addEventListener("load", () => { if (this.atEnd) this.toEnd(); }, true);
    this.scroller.addEventListener("keydown", (event) => this.walk(event));
    phone.part("down").addEventListener("click", () => this.toEnd());
  }

  show(bubbles, fresh) {
    const atEnd = this.atEnd;
    const focused = this.list.contains(document.activeElement) && document.activeElement.closest("[data-key]").dataset.key;
    const nodes = this.nodes(bubbles);
    nodes.forEach((node, index) => { if (this.list.children[index] !== node) this.list.insertBefore(node, this.list.children[index] || null); });
    while (this.list.children.length > nodes.length) this.list.lastChild.remove();
    this.keepOneTabStop();
    if (focused && !this.list.contains(document.activeElement)) this.focus(focused);
    if (fresh || atEnd) this.toEnd();
    this.showDown();
  }

  nodes(bubbles) {
    const texts = new Map(bubbles.map((bubble) => [bubble.id, bubble.text]));
    const old = new Map([...this.list.children].map((node) => [node.dataset.key, node]));
    const nodes = [];
    let day = "", side = "";
    for (const bubble of bubbles) {
      const today = new Date(bubble.at).toDateString();
      if (today !== day) { nodes.push(keep(old, `day ${today}`, "", () => make("li", "day", dayName(bubble.at)))); side = ""; }
      const first = bubble.side !== side;
      const { text, tick, reports, edited, deleted, reactions, lost } = bubble;
      const look = JSON.stringify([text, tick, reports, edited, deleted, reactions, lost, first, this.phone.person]);
      nodes.push(keep(old, bubble.id, look, () => drawBubble(bubble, first, texts.get(bubble.quotes), this.phone)));
      [day, side] = [today, bubble.side];
    }
    if (!bubbles.length) nodes.push(this.empty(old));
    return nodes;
  }

  empty(old) {
    const name = this.phone.name();
    return keep(old, "empty", name, () => make("li", "empty", `Nothing said yet. Write as ${name}, or take one of the lines below.`));
  }

  // Tab comes to the newest message; the arrows lead to the others.
  keepOneTabStop() {
    const openers = this.openers();
    if (openers.some((opener) => opener.tabIndex === 0 && opener === document.activeElement)) return;
    openers.forEach((opener, index) => { opener.tabIndex = index === openers.length - 1 ? 0 : -1; });
  }

  // A bubble that was drawn anew has the focus that the old one had.
  focus(key) {
    const node = [...this.list.children].find((node) => node.dataset.key === key);
    node?.querySelector(".opener")?.focus({ preventScroll: true });
  }

  openers() {
    return [...this.list.querySelectorAll(".opener")];
  }

  walk(event) {
    if (!event.target.classList.contains("opener")) return;
    const next = neighbour(event, this.openers(), ["ArrowDown"], ["ArrowUp"]);
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  distance() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  toEnd() {
    this.atEnd = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  showDown() {
    this.phone.part("down").hidden = this.distance() < 120;
  }
}

function keep(old, key, look, draw) {
  const node = old.get(key);
  if (node && node.dataset.look === look) return node;
  const fresh = draw();
  Object.assign(fresh.dataset, { key, look });
  return fresh;
}

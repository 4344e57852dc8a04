// One message on a phone: its content, its ticks, and what one can do with it.

import { drawContent } from "./content.js";
import { wireSheet } from "./forms.js";
import { openMenu } from "./overlay.js";
import { button, icon, make, time } from "./small.js";

const EMOJI = [["👍", "Thumbs up"], ["❤️", "Heart"], ["😂", "Laughing"], ["😮", "Surprised"], ["😢", "Sad"], ["🙏", "Thank you"]];

const TICKS = {
  sending: ["", "sent", "M3 6.5 6.5 10 13 2.5"],
  accepted: ["", "delivered: the app has it", "M1 6.5 4.5 10 11 2.5M8 9.5 8.6 10 15.5 2.5"],
  read: ["read", "read", "M1 6.5 4.5 10 11 2.5M8 9.5 8.6 10 15.5 2.5"],
};

// So long a finger rests on a bubble before its menu opens.
const PRESS_MS = 500;

export function drawBubble(bubble, first, quoted, phone) {
  const mine = bubble.side === "person";
  const fault = mine && !bubble.deleted ? faultOf(bubble.tick) : null;
  const node = make("li", ["bubble", mine && "mine", first && "first", fault && "bad", bubble.lost && "ghost"].filter(Boolean).join(" "));
  node.append(make("span", "hidden", mine ? `${phone.name()}: ` : "Olifant: "));
  if (bubble.quotes && !bubble.deleted) node.append(drawQuote(quoted));
  node.append(...drawContent(bubble, phone), mine ? footMine(bubble) : footTheirs(bubble));
  if (fault) node.append(drawFault(fault, () => phone.retry(bubble.id)));
  if (!mine) node.append(...failures(bubble));
  node.append(...drawReactions(bubble, phone));
  addMenu(node, bubble, phone);
  return node;
}

function drawQuote(text) {
  const quote = make("div", "quote"), words = make("span", "", text || "An earlier message");
  quote.dir = "auto";
  quote.append(words);
  return quote;
}

function footMine(bubble) {
  const foot = make("div", "foot");
  if (bubble.edited) foot.append(make("span", "", "edited"));
  foot.append(time(bubble.at), ticks(bubble.tick));
  return foot;
}

function footTheirs(bubble) {
  const foot = make("div", "foot");
  const details = make("span", "", bubble.reports.map(told).join(" · "));
  details.title = "What the app was told about this message";
  foot.append(details, time(bubble.at));
  return foot;
}

function told({ status, answer, code }) {
  const what = code ? `${status} ${code}` : status;
  if (answer === 0) return `${what} (not told)`;
  return answer === 200 ? what : `${what} (HTTP ${answer})`;
}

// A real phone would never have shown it.
function failures(bubble) {
  const failed = bubble.reports.find(({ status }) => status === "failed" || status === "undelivered");
  if (!failed) return [];
  const code = failed.code ? `, code ${failed.code}` : "";
  return [make("div", "fault", `Not delivered${code}: a real phone would not show it.`)];
}

function faultOf(tick) {
  if (tick === "unreachable") return "The app can't be reached.";
  if (tick.refused) return `The app refused the webhook: HTTP ${tick.refused}.`;
  return null;
}

function drawFault(words, retry) {
  const line = make("div", "fault", words);
  line.append(button("", "Retry", retry));
  return line;
}

function ticks(tick) {
  const [kind, label, path] = TICKS[tick] || ["", "not delivered", "M8 1.5V7M8 10.4V10.5"];
  const span = make("span", `ticks ${kind}`);
  Object.assign(span, { title: label, role: "img", ariaLabel: label });
  span.append(icon(path, "0 0 17 12"));
  return span;
}

function drawReactions(bubble, phone) {
  const { person, business } = bubble.reactions;
  if (!person && !business) return [];
  const row = make("div", "reactions");
  if (business) row.append(labelled(make("span", "", business), `Olifant reacted with ${business}`));
  if (person) row.append(labelled(button("", person, () => react(bubble, "", phone)), `Your reaction ${person}: take it back`));
  return [row];
}

function labelled(node, label) {
  if (node.tagName !== "BUTTON") node.role = "img";
  Object.assign(node, { ariaLabel: label, title: label });
  return node;
}

function react(bubble, emoji, phone) {
  phone.send({ kind: "reaction", message: bubble.id, emoji });
}

// The menu: by its button, by the other mouse button, by a long press.

function addMenu(node, bubble, phone) {
  if (!entries(bubble, phone).length) return;
  const opener = button("opener", "", () => open());
  Object.assign(opener, { ariaLabel: "Do something with this message", tabIndex: -1 });
  opener.setAttribute("aria-haspopup", "menu");
  opener.setAttribute("aria-expanded", "false");
  opener.append(icon("m6 9 6 6 6-6"));
  const open = () => openMenu(phone.frame, opener, "This message", entries(bubble, phone));
  node.append(opener);
  node.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a") || !getSelection().isCollapsed) return;
    event.preventDefault();
    open();
  });
  onLongPress(node, open);
}

function onLongPress(node, act) {
  let timer;
  node.addEventListener("touchstart", () => { timer = setTimeout(act, PRESS_MS); }, { passive: true });
  for (const end of ["touchend", "touchmove", "touchcancel"]) node.addEventListener(end, () => clearTimeout(timer), { passive: true });
}

function entries(bubble, phone) {
  const mine = bubble.side === "person";
  const acts = phone.can("reaction") && !bubble.deleted;
  const text = bubble.text && !bubble.deleted && isText(bubble.raw);
  return [
    acts && { row: EMOJI.map(([sign, label]) => ({ sign, label: `React: ${label}`, act: () => react(bubble, sign, phone) })) },
    acts && bubble.reactions.person && { label: "Take the reaction back", act: () => react(bubble, "", phone) },
    !bubble.deleted && { label: "Reply", act: () => phone.compose.replyTo(bubble) },
    text && { label: "Forward to Olifant", act: () => phone.send({ kind: "text", text: bubble.text, forwarded: true }) },
    mine && acts && text && { label: "Edit", act: () => phone.compose.edit(bubble) },
    mine && acts && { label: "Delete for everyone", act: () => phone.send({ kind: "delete", message: bubble.id }) },
    mine && !bubble.deleted && { label: "Send once more", description: "The same webhook again, as providers do", act: () => phone.retry(bubble.id) },
    bubble.raw && { label: "What went over the wire", act: () => wireSheet(phone, bubble.raw) },
  ].filter(Boolean);
}

function isText(raw) {
  return !raw?.type || raw.type === "text";
}


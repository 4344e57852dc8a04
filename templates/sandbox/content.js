// What stands in a bubble, read from the message as it went over the wire. One
// more kind of message is one more entry in META, or a branch in `ofTwilio`.

import { listSheet, placeSheet } from "./forms.js";
import { link, marked } from "./markup.js";
import { button, icon, make } from "./small.js";

const ICONS = {
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  video: "M4 6h12v12H4zM16 10l5-3v10l-5-3",
  audio: "M9 18V6l10-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  voice: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  document: "M6 3h8l5 5v13H6zM14 3v5h5M9 13h7M9 17h7",
  sticker: "M5 5h14v9l-5 5H5zM19 14h-5v5",
  location: "M12 21s7-6.4 7-11.5A7 7 0 0 0 5 9.5C5 14.6 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  contacts: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c1-4 4-5.500 7.500-5.500s6.500 1.500 7.500 5.500",
  list: "M9 6h11M9 12h11M9 18h11M4.500 6h.01M4.500 12h.01M4.500 18h.01",
  link: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  template: "M4 4h16v16H4zM4 9h16M9 9v11",
};

const NAMES = { image: "Picture", video: "Video", audio: "Audio", voice: "Voice note", document: "Document", sticker: "Sticker" };

export function signOf(kind) {
  return icon(ICONS[kind]);
}

// The nodes of a bubble. The phone is the one it stands on.
export function drawContent(bubble, phone) {
  if (bubble.deleted) return [make("p", "gone", bubble.side === "person" ? "You deleted this message" : "This message was deleted")];
  const raw = bubble.raw || {};
  const draw = raw.type || raw.messaging_product ? ofMeta : ofTwilio;
  return draw(raw, bubble, phone).filter(Boolean);
}

function words(text) {
  if (!text) return null;
  const node = make("div", "words");
  node.dir = "auto";
  node.append(...marked(text));
  return node;
}

// Meta's.

const META = {
  text: (_, bubble) => [words(bubble.text)],
  image: (body) => medium("image", body, body.caption),
  video: (body) => medium("video", body, body.caption),
  audio: (body) => medium(body.voice ? "voice" : "audio", body),
  document: (body) => medium("document", body, body.caption),
  sticker: (body) => medium("sticker", body),
  location: (body) => [place(body.latitude, body.longitude, body.name, body.address)],
  contacts: (body) => body.map(contact),
  interactive: ofInteractive,
  button: (body) => [words(body.text)],
  template: ofTemplate,
};

function ofMeta(raw, bubble, phone) {
  const kind = raw.type || "text";
  const body = raw[kind];
  const nodes = [forwarded(raw.context?.forwarded)];
  if (body && META[kind]) return [...nodes, ...META[kind](body, bubble, phone)];
  return [...nodes, words(bubble.text)];
}

function ofInteractive(body, bubble, phone) {
  const choice = body.button_reply || body.list_reply;
  if (choice) return [words(choice.title), choice.description && make("p", "small-print", choice.description)];
  const head = body.header && (body.header.type === "text" ? [make("p", "head", body.header.text)] : medium(body.header.type, body.header[body.header.type] || {}));
  return [...(head || []), words(body.body?.text), body.footer && make("p", "small-print", body.footer.text), ...choices(body, bubble, phone)];
}

function choices(body, bubble, phone) {
  const action = body.action || {};
  switch (body.type) {
    case "button":
      return [row((action.buttons || []).map(({ reply }) => tap(reply.title, phone, { kind: "tap", id: reply.id, title: reply.title, quotes: bubble.id })))];
    case "list":
      return [row([opener(action.button, "list", () => listSheet(phone, action, bubble.id))])];
    case "cta_url":
      return [row([target(action.parameters || {})])];
    case "location_request_message":
      return [row([opener("Send location", "location", () => placeSheet(phone, bubble.id))])];
    default:
      return [make("p", "small-print", `[${body.type}]`)];
  }
}

function tap(title, phone, what) {
  return button("choice", title, () => phone.send(what));
}

function opener(title, sign, open) {
  const node = button("choice", "", open);
  node.setAttribute("aria-haspopup", "dialog");
  node.append(signOf(sign), make("span", "", title));
  return node;
}

// A link looks like a button and shows where it leads. It is not followed by itself.
function target({ display_text: title, url }) {
  const node = link("", url, "choice");
  node.append(signOf("link"), make("span", "", title), make("small", "", url));
  return node;
}

function row(nodes) {
  const row = make("div", "choices");
  row.append(...nodes);
  return row;
}

function ofTemplate(body, bubble, phone) {
  const parts = body.components || [];
  const said = parts.filter((part) => part.type !== "button").map(({ type, parameters }) =>
    make("p", "small-print", `${type}: ${(parameters || []).map(parameter).join(" · ")}`));
  const taps = parts.filter((part) => part.type === "button" && part.sub_type === "quick_reply").map((part) => {
    const payload = part.parameters?.[0]?.payload || "";
    return tap(payload || "Quick reply", phone, { kind: "quick_reply", payload, title: payload || "Quick reply", quotes: bubble.id });
  });
  return [card("template", `Template ${body.name}`, body.language?.code || ""), ...said, taps.length ? row(taps) : null];
}

function parameter(one) {
  const value = one[one.type];
  return typeof value === "string" ? value : JSON.stringify(value ?? one);
}

// Twilio's.

function ofTwilio(raw, bubble, phone) {
  const nodes = [forwarded(raw.Forwarded === "true"), ...twilioMedia(raw)];
  if (raw.Latitude) nodes.push(place(raw.Latitude, raw.Longitude, raw.Label, raw.Address));
  if (raw.PersistentAction?.startsWith("geo:")) nodes.push(geo(raw.PersistentAction));
  if (raw.ContentSid) nodes.push(...ofContentSid(raw));
  const said = raw.Body || (nodes.some(Boolean) ? "" : bubble.text);
  return [...nodes, words(said), raw.ListDescription && make("p", "small-print", raw.ListDescription)];
}

function twilioMedia(raw) {
  const url = raw.MediaUrl0 || raw.MediaUrl;
  if (!url) return [];
  const mime = raw.MediaContentType0 || "";
  if (mime === "text/vcard") return [card("contacts", "Contact card", mime)];
  const kind = /^(image|video|audio)\//.exec(mime)?.[1] || "document";
  const id = /\/(ME[0-9a-f]+)$/.exec(url)?.[1];
  return [played(kind, id, card(kind, mime ? NAMES[kind] : "Media", mime || url), raw.Body)];
}

function geo(action) {
  const [, latitude, longitude, label] = /^geo:([^,]*),([^|]*)\|?(.*)$/.exec(action) || [];
  return place(latitude, longitude, label);
}

function ofContentSid(raw) {
  const variables = raw.ContentVariables && make("p", "small-print", raw.ContentVariables);
  return [card("template", "Content template", raw.ContentSid), variables];
}

// Both.

function forwarded(is) {
  return is ? make("p", "small-print", "Forwarded") : null;
}

function medium(kind, body, caption) {
  const name = body.filename || NAMES[kind] || kind;
  const details = body.link || [body.mime_type, body.id && !body.mime_type && `id ${body.id}`].filter(Boolean).join(" ");
  return [played(kind, body.id, card(kind, name, details), body.filename), words(caption)];
}

// The file itself, if the stand-in has it; else what stands for it. What is
// only a link is elsewhere, and is not loaded.
function played(kind, id, instead, name) {
  const tag = { image: "img", sticker: "img", video: "video", audio: "audio", voice: "audio" }[kind];
  if (!id) return instead;
  if (!tag) return download(id, instead, name);
  const node = make(tag, `medium ${kind}`);
  if (tag === "img") node.alt = NAMES[kind];
  else Object.assign(node, { controls: true, preload: "metadata", ariaLabel: NAMES[kind] });
  node.addEventListener("error", () => node.replaceWith(instead));
  node.src = at(id);
  return node;
}

// A document is not shown here: its card downloads it.
function download(id, card, name) {
  const node = make("a", "file");
  Object.assign(node, { href: at(id), download: name || "" });
  node.append(...card.childNodes);
  node.querySelector("small").textContent = "Tap to download";
  return node;
}

function at(id) {
  return `/phone/media/${encodeURIComponent(id)}`;
}

function place(latitude, longitude, name, address) {
  const at = `${Number(latitude).toFixed(5)}, ${Number(longitude).toFixed(5)}`;
  return card("location", name || "Location", address ? `${address} · ${at}` : at);
}

function contact(one) {
  const numbers = (one.phones || []).map((phone) => phone.phone || phone.wa_id).filter(Boolean).join(", ");
  return card("contacts", one.name?.formatted_name || "Contact", numbers || "Contact card");
}

// Stands for what can't be shown: nothing is loaded from elsewhere.
function card(kind, title, details) {
  const node = make("div", "file"), about = make("div");
  about.append(make("b", "", title), make("small", "", details));
  node.append(ICONS[kind] ? signOf(kind) : signOf("document"), about);
  return node;
}

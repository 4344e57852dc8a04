// The sheets on which something other than a text is made.

import { closeOverlay, openSheet } from "./overlay.js";
import { button, make } from "./small.js";

// The rows of a list; one tap picks one.
export function listSheet(phone, action, id) {
  const content = make("div", "rows");
  for (const section of action.sections || []) {
    const group = make("div");
    group.setAttribute("role", "group");
    if (section.title) { group.append(make("h4", "", section.title)); group.setAttribute("aria-label", section.title); }
    group.append(...(section.rows || []).map((row) => drawRow(phone, row, id)));
    content.append(group);
  }
  openSheet(phone.frame, action.button || "Choose", content);
}

function drawRow(phone, row, id) {
  const { id: chosen, title, description } = row;
  const node = button("row", "", () => {
    closeOverlay();
    phone.send({ kind: "row", id: chosen, title, description, quotes: id });
  });
  node.append(make("b", "", title));
  if (description) node.append(make("small", "", description));
  return node;
}

export function mediumSheet(phone, media, title) {
  const captions = media === "image" || media === "video" || media === "document";
  const fields = captions ? [field("caption", "Caption, if you like", "", { maxLength: 1024, optional: true })] : [];
  const note = `A made-up ${title.toLowerCase()} is sent.`;
  formSheet(phone, title, fields, note, ({ caption }) => ({ kind: "media", media, caption: caption || undefined }));
}

// `asked` is the message that asked for it.
export function placeSheet(phone, asked) {
  const fields = [
    field("name", "Name of the place", "Plaza Mayor", { optional: true }),
    field("address", "Address", "Plaza Mayor, Madrid", { optional: true }),
    field("latitude", "Latitude", "40.41540", { type: "number", step: "any", min: -90, max: 90 }),
    field("longitude", "Longitude", "-3.70740", { type: "number", step: "any", min: -180, max: 180 }),
  ];
  formSheet(phone, "Location", fields, "", ({ name, address, latitude, longitude }) => ({
    kind: "location", latitude: Number(latitude), longitude: Number(longitude),
    name: name || undefined, address: address || undefined, quotes: asked,
  }));
}

export function contactSheet(phone) {
  const fields = [field("name", "Name", "Carmen Ruiz"), field("phone", "Phone number", "+1 555 010 0042", { type: "tel" })];
  formSheet(phone, "Contact card", fields, "", ({ name, phone }) => ({ kind: "contact", name, phone }));
}

export function burstSheet(phone) {
  const lines = field("texts", "Each line is a message of its own, sent as fast as they go", "Hello?\nAre you open today?\nI mean in the afternoon", { rows: 5 });
  formSheet(phone, "Several messages at once", [lines], "", ({ texts }) => ({
    kind: "burst", texts: texts.split("\n").map((line) => line.trim()).filter(Boolean),
  }));
}

// What went over the wire.
export function wireSheet(phone, raw) {
  const pre = make("pre", "wire", JSON.stringify(raw, null, 2));
  pre.tabIndex = 0;
  pre.dataset.first = "";
  openSheet(phone.frame, "On the wire", pre);
}

function formSheet(phone, title, fields, note, what) {
  const form = make("form", "form");
  const send = make("button", "primary", "Send");
  send.type = "submit";
  form.append(...fields, ...(note ? [make("p", "note", note)] : []), send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    closeOverlay();
    phone.send(what(Object.fromEntries(new FormData(form))));
  });
  openSheet(phone.frame, title, form);
}

function field(name, label, value, { optional, rows, ...rest } = {}) {
  const node = make("label", "field", label);
  const input = make(rows ? "textarea" : "input");
  Object.assign(input, { name, value, required: !optional, ...rest });
  if (rows) input.rows = rows;
  input.dir = "auto";
  node.append(input);
  return node;
}

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
    phone.send({ kind: "tap", id: chosen, title, quotes: id });
  });
  node.append(make("b", "", title));
  if (description) node.append(make("small", "", description));
  return node;
}

const ACCEPTS = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", voice: "audio/ogg,audio/mpeg,audio/aac,audio/mp4,audio/amr", document: "", sticker: "image/webp" };

export function mediumSheet(phone, media, title) {
  const captions = media === "image" || media === "video" || media === "document";
  const fields = [field("file", "A file of your own, if you like", "", { type: "file", accept: ACCEPTS[media], optional: true })];
  if (captions) fields.push(field("caption", "Caption, if you like", "", { maxLength: 1024, optional: true }));
  const note = `Without a file, a made-up ${title.toLowerCase()} is sent.`;
  formSheet(phone, title, fields, note, async ({ file, caption }) => ({
    kind: "media", media, caption: caption || undefined, file: await upload(file.size ? file : await madeUp(media)),
  }));
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
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = await what(Object.fromEntries(new FormData(form)));
    closeOverlay();
    phone.send(said);
  });
  openSheet(phone.frame, title, form);
}

// Files.

function upload(file) {
  if (!file) return undefined;
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done({ name: file.name || "file", mime: file.type || "application/octet-stream", base64: reader.result.split(",")[1] || "" });
    reader.onerror = failed;
    reader.readAsDataURL(file);
  });
}

// A picture that a model can see; of the other kinds the stand-in has its own.
function madeUp(media) {
  if (media !== "image" && media !== "sticker") return null;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = media === "image" ? [640, 420] : [512, 512];
  paint(canvas.getContext("2d"), canvas.width, canvas.height, media === "image");
  const mime = media === "image" ? "image/jpeg" : "image/webp";
  return new Promise((done) => canvas.toBlob((blob) => done(blob?.type === mime ? blob : null), mime, .85));
}

// A cup of tea, on a table or for itself.
function paint(brush, width, height, table) {
  const x = width / 2, y = height / 2, size = height / 4;
  if (table) {
    brush.fillStyle = "#cfe3ea"; brush.fillRect(0, 0, width, height);
    brush.fillStyle = "#b98a5a"; brush.fillRect(0, y + size * .75, width, height);
  }
  brush.strokeStyle = "#d8553f"; brush.lineWidth = size / 5;
  brush.beginPath(); brush.arc(x + size, y, size * .45, 0, 7); brush.stroke();
  brush.fillStyle = "#d8553f";
  brush.beginPath(); brush.moveTo(x - size, y - size * .6); brush.lineTo(x + size, y - size * .6);
  brush.lineTo(x + size * .7, y + size * .9); brush.lineTo(x - size * .7, y + size * .9); brush.fill();
  brush.fillStyle = "#7a4a22"; brush.beginPath(); brush.ellipse(x, y - size * .6, size, size * .22, 0, 0, 7); brush.fill();
}

function field(name, label, value, { optional, rows, ...rest } = {}) {
  const node = make("label", "field", label);
  const input = make(rows ? "textarea" : "input");
  Object.assign(input, { name, required: !optional, ...rest });
  if (value) input.value = value;
  if (rows) input.rows = rows;
  input.dir = "auto";
  node.append(input);
  return node;
}

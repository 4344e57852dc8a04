// The lower end of a phone: what one writes, and what else one can send.

import { signOf } from "./content.js";
import { burstSheet, contactSheet, mediumSheet, placeSheet } from "./forms.js";
import { openMenu } from "./overlay.js";
import { button, letters } from "./small.js";

const HINTS = {
  customer: ["My name is NAME", "What is my name?", "Remember that I like tea", "Please be formal.", "What do you know about me?", "Menu", "/memory", "/export", "/forget all", "/help", "Talk to a human"],
  operator: ["/who", "/pause", "/resume"],
};

const ATTACHMENTS = [
  ["Picture", "image", (phone) => mediumSheet(phone, "image", "Picture")],
  ["Video", "video", (phone) => mediumSheet(phone, "video", "Video")],
  ["Voice note", "voice", (phone) => mediumSheet(phone, "voice", "Voice note")],
  ["Document", "document", (phone) => mediumSheet(phone, "document", "Document")],
  ["Sticker", "sticker", (phone) => mediumSheet(phone, "sticker", "Sticker")],
  ["Location", "location", (phone) => placeSheet(phone)],
  ["Contact card", "contacts", (phone) => contactSheet(phone)],
  ["Several messages at once", "list", (phone) => burstSheet(phone)],
];

export class Compose {
  constructor(phone) {
    this.phone = phone;
    this.text = phone.part("text");
    this.about = null;
    phone.part("write").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.fit());
    this.text.addEventListener("keydown", (event) => this.key(event));
    phone.part("about-to-end").addEventListener("click", () => this.drop());
    phone.part("attach").addEventListener("click", () => this.attach());
    phone.part("hints").addEventListener("scroll", () => this.showFurther());
    phone.part("further").addEventListener("click", () => {
      const hints = phone.part("hints");
      hints.scrollBy({ left: hints.clientWidth * .7, behavior: "smooth" });
    });
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    if (event.key === "Escape" && this.about) this.drop();
  }

  attach() {
    openMenu(this.phone.frame, this.phone.part("attach"), "Send something else", ATTACHMENTS.map(([label, sign, open]) =>
      ({ label, draw: () => signOf(sign), act: () => open(this.phone) })));
  }

  // A reply or an edit: what is written next belongs to an earlier message.

  replyTo(bubble) {
    this.begin({ act: "reply", bubble }, `Reply to: ${bubble.text || "a message"}`);
  }

  edit(bubble) {
    this.begin({ act: "edit", bubble }, "Edit the message");
    this.put(bubble.text);
  }

  begin(about, words) {
    if (this.about?.act === "edit") this.put("");
    this.about = about;
    this.phone.part("about-to").hidden = false;
    this.phone.part("about-to-what").textContent = words;
    this.text.focus();
  }

  drop() {
    if (this.about?.act === "edit") this.put("");
    this.about = null;
    this.phone.part("about-to").hidden = true;
    this.text.focus({ preventScroll: true });
  }

  what(text) {
    if (this.about?.act === "edit") return { kind: "edit", message: this.about.bubble.id, text };
    return { kind: "text", text, quotes: this.about?.bubble.id };
  }

  async send() {
    const text = this.text.value.trim();
    if (!text || this.phone.part("send").disabled) return;
    const what = this.what(text);
    this.put("");
    if (this.about) { this.about = null; this.phone.part("about-to").hidden = true; }
    this.phone.chat.toEnd();
    // Nothing took it: the words go back to where they were.
    if (!await this.phone.send(what) && !this.text.value) this.put(text);
  }

  put(text) {
    this.text.value = text;
    this.fit();
  }

  fit() {
    const text = this.text, chat = this.phone.chat;
    const atEnd = chat.distance() < 120;
    text.style.height = "auto";
    text.style.height = `${text.scrollHeight}px`;
    text.classList.toggle("long", text.scrollHeight > text.clientHeight + 1);
    this.showCount();
    if (atEnd) chat.toEnd();
  }

  showCount() {
    const longest = this.phone.view?.longest ?? Infinity;
    const length = letters(this.text.value.trim());
    const over = length - longest, count = this.phone.part("count");
    count.hidden = over < -200;
    count.classList.toggle("over", over > 0);
    count.textContent = count.hidden ? "" : over > 0 ? `${length} / ${longest}: too long by ${over}` : `${length} / ${longest}`;
    this.text.setAttribute("aria-invalid", String(over > 0));
    this.phone.part("send").disabled = over > 0;
  }

  // All of them for a start; who has begun to talk has what is left of them in
  // two rows. A command can be given again.
  showHints(bubbles) {
    const hints = this.phone.part("hints"), name = this.phone.name();
    const said = new Set(bubbles.filter((bubble) => bubble.side === "person").map((bubble) => bubble.text));
    const all = HINTS[this.phone.card()?.operator ? "operator" : "customer"].map((hint) => hint.replace("NAME", name));
    const left = all.filter((hint) => hint.startsWith("/") || !said.has(hint));
    hints.classList.toggle("talking", bubbles.length > 0);
    if (left.join() === [...hints.children].map((hint) => hint.textContent).join()) return;
    this.phone.part("offers").hidden = !left.length;
    hints.replaceChildren(...left.map((hint) => button("", hint, () => { this.phone.send({ kind: "text", text: hint }); this.text.focus(); })));
    hints.scrollLeft = 0;
    this.showFurther();
  }

  showFurther() {
    const hints = this.phone.part("hints");
    const further = hints.scrollWidth - hints.clientWidth - hints.scrollLeft > 4;
    hints.classList.toggle("fades", further);
    this.phone.part("further").hidden = !further;
  }
}

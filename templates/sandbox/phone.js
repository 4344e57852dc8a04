// The page: two phones side by side, or one at a time, and the desk beside them.

import { Chat } from "./chat.js";
import { Compose } from "./compose.js";
import { showFaults } from "./faults.js";
import { closeMenu, closeOverlay } from "./overlay.js";
import { arrowsChoose, button, load, make, radio, save } from "./small.js";
import { listen, look, tell } from "./talk.js";

const THROUGH = {
  meta: "A webhook of Meta's Cloud API, JSON, signed with the app secret.",
  twilio: "A webhook of Twilio, a form, signed with the auth token. It tells nothing of reactions, edits and deletions.",
};
const HIDDEN = {
  meta: (name, id) => `${name} hides the number: Meta shows only the id ${id}.`,
  twilio: (name, id) => `${name} hides the number: Twilio shows the same hidden id, whatsapp:${id}.`,
};
const GONE = "Olifant is not running. Start it again; this page comes back by itself.";
const NAMES = { meta: "Meta", twilio: "Twilio" };
const HUES = [338, 205, 32, 265, 150];
// Who has which phone if the address doesn't say.
const USUAL = { customer: "ana", operator: "olga" };
// What only Meta tells the app.
const META_ONLY = ["reaction", "edit", "delete"];

const $ = (id) => document.getElementById(id);
const page = { provider: "meta", side: "customer", online: true, seen: load("seen") || {} };

class Phone {
  constructor(side, person) {
    Object.assign(this, { side, person, view: null, drafts: {}, asking: false, again: false });
    this.root = $("phone").content.firstElementChild.cloneNode(true);
    this.root.dataset.side = side;
    this.frame = this.root.querySelector(".phone");
    this.frame.setAttribute("aria-label", side === "customer" ? "The customer's phone" : "The operator's phone");
    this.part("people").setAttribute("aria-label", `Write as, on the ${side}'s phone`);
    this.part("chat").setAttribute("aria-label", `Messages on the ${side}'s phone`);
    this.chat = new Chat(this);
    this.compose = new Compose(this);
    arrowsChoose(this.part("people"));
    $("phones").append(this.root);
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  card() {
    return this.view?.people.find((person) => person.key === this.person);
  }

  name() {
    return this.card()?.name || "";
  }

  can(kind) {
    return page.provider === "meta" || !META_ONLY.includes(kind);
  }

  // Two questions at once would be answered in any order.
  async refresh() {
    if (this.asking) { this.again = true; return; }
    this.asking = true;
    const { provider } = page, { person } = this;
    const view = await look(provider, person);
    connected(view !== null);
    if (view === undefined && person !== USUAL[this.side]) this.choose(USUAL[this.side]);
    if (view && provider === page.provider && person === this.person) this.show(view);
    this.asking = false;
    if (this.again) { this.again = false; this.refresh(); }
  }

  show(view) {
    const fresh = !this.view;
    this.view = view;
    this.showPeople();
    this.compose.showHints(view.bubbles || []);
    this.chat.show(view.bubbles || [], fresh);
    this.showTyping(view.typing_ms);
    this.compose.showCount();
    showDesk(view, this);
  }

  showPeople() {
    const people = this.part("people");
    const focused = people.contains(document.activeElement) && document.activeElement.dataset.person;
    people.replaceChildren(...this.view.people.map((person, index) => this.drawPerson(person, HUES[index % HUES.length])));
    if (focused) people.querySelector(`[data-person="${focused}"]`)?.focus();
    this.part("as").textContent = `as ${this.name()} · ${NAMES[page.provider]}`;
  }

  drawPerson(person, hue) {
    const chosen = person.key === this.person;
    if (chosen && person.last) see(person);
    const node = button("person", "", () => this.choose(person.key));
    const avatar = make("span", "avatar", person.name[0]), about = make("span");
    avatar.style.setProperty("--hue", hue);
    avatar.ariaHidden = "true";
    about.append(make("b", "", person.name), make("small", "", person.number || "number hidden, id only"));
    node.append(avatar, about);
    node.title = person.name;
    node.dataset.person = person.key;
    radio(node, chosen);
    if (isNew(person)) { node.classList.add("new"); node.setAttribute("aria-description", "new message"); }
    return node;
  }

  showTyping(ms) {
    clearTimeout(this.typingEnds);
    this.part("dots").hidden = ms <= 0;
    this.part("presence").textContent = !page.online ? "offline" : ms > 0 ? "typing…" : "online";
    if (ms > 0) this.typingEnds = setTimeout(() => this.showTyping(0), ms);
  }

  // What is said at the top of the phone; nothing takes it away.
  say(words) {
    this.part("lost").hidden = !words;
    this.part("lost").textContent = words;
  }

  choose(person) {
    this.leave();
    this.person = person;
    this.arrive();
  }

  leave() {
    closeOverlay();
    this.drafts[this.chatKey()] = this.compose.about?.act === "edit" ? "" : this.compose.text.value;
    if (this.compose.about) this.compose.drop();
  }

  arrive() {
    this.view = null;
    this.compose.put(this.drafts[this.chatKey()] || "");
    remember();
    this.refresh();
  }

  chatKey() {
    return `${page.provider} ${this.person}`;
  }

  async send(what) {
    return this.tell("/phone/send", what);
  }

  async retry(id) {
    return this.tell("/phone/retry", { id });
  }

  async tell(path, body) {
    const answer = await tell(path, { provider: page.provider, person: this.person, ...body });
    if (answer.status === 0) { connected(false); this.say(`Not sent, your words are kept. ${GONE}`); }
    else this.say(answer.ok ? "" : `Not sent: ${answer.words}.`);
    return answer.ok;
  }
}

// The desk.

function showDesk(view, phone) {
  $("model").textContent = view.info.model;
  $("leaves").textContent = view.info.leaves;
  for (const node of $("providers").children) radio(node, node.dataset.provider === page.provider);
  if (phone.side !== "customer") return;
  const { number, id } = phone.card() || {};
  const numbers = number ? "Same people, same numbers." : HIDDEN[page.provider](phone.name(), id);
  $("through-note").textContent = `${THROUGH[page.provider]} ${numbers}`;
}

function showSide() {
  document.body.dataset.side = page.side;
  for (const node of $("sides").children) radio(node, node.dataset.side === page.side);
}

function connected(online) {
  if (page.online === online) return;
  page.online = online;
  for (const phone of phones) { phone.say(online ? "" : GONE); phone.showTyping(0); }
  if (online) showFaults();
}

// Which messages were looked at, on any of the two phones.

function see(person) {
  const seen = page.seen[page.provider] ||= {};
  seen[person.key] = person.last.id;
  save("seen", page.seen);
}

function isNew({ key, last }) {
  return last?.side === "business" && page.seen[page.provider]?.[key] !== last.id;
}

// `#twilio/noor/olga`: a reload stays where it was, and a link can point at a chat.

function chosenInAddress() {
  const [, provider, customer, operator] = /^#(meta|twilio)\/(\w+)(?:\/(\w+))?$/.exec(location.hash) || [];
  if (provider) page.provider = provider;
  return { customer: customer || USUAL.customer, operator: operator || USUAL.operator };
}

function remember() {
  history.replaceState(null, "", `#${page.provider}/${phones.map((phone) => phone.person).join("/")}`);
}

function chooseProvider(provider) {
  for (const phone of phones) phone.leave();
  page.provider = provider;
  for (const phone of phones) phone.arrive();
}

function chooseSide(side) {
  closeOverlay();
  page.side = side;
  save("side", side);
  showSide();
  const phone = phones.find((phone) => phone.side === side);
  phone.compose.fit();
  phone.compose.showFurther();
  phone.chat.toEnd();
}

const chosen = chosenInAddress();
const phones = [new Phone("customer", chosen.customer), new Phone("operator", chosen.operator)];
page.side = load("side") || "customer";

for (const node of $("providers").children) node.onclick = () => chooseProvider(node.dataset.provider);
for (const node of $("sides").children) node.onclick = () => chooseSide(node.dataset.side);
arrowsChoose($("providers"));
arrowsChoose($("sides"));
$("about").addEventListener("click", () => {
  const open = $("desk").classList.toggle("open");
  $("about").setAttribute("aria-expanded", String(open));
});
addEventListener("resize", () => { closeMenu(); for (const { compose } of phones) { compose.fit(); compose.showFurther(); } });

const refresh = () => phones.forEach((phone) => phone.refresh());
showSide();
showFaults();
refresh();
listen(refresh, () => connected(false));
phones.find((phone) => phone.side === page.side).compose.text.focus();

// Switches for what can go wrong, each with what the bot should do then.

import { make } from "./small.js";
import { faults, tell } from "./talk.js";

const list = document.getElementById("faults");
const note = document.getElementById("faults-note");
const opener = document.getElementById("about");

export async function showFaults() {
  const answer = await faults();
  if (answer) draw(answer.faults);
}

// Kept as long as they are the same: the focus stays.
function draw(all) {
  const look = JSON.stringify(all);
  if (list.dataset.look === look) return;
  const focused = document.activeElement?.dataset?.fault;
  const on = all.filter((fault) => fault.on).map((fault) => fault.title);
  opener.classList.toggle("alarm", on.length > 0);
  opener.setAttribute("aria-description", on.length ? `Switched on: ${on.join(", ")}` : "");
  list.dataset.look = look;
  list.replaceChildren(...all.map(drawFault));
  if (focused) list.querySelector(`[data-fault="${focused}"]`)?.focus();
}

function drawFault({ name, title, then, on, available }) {
  const item = make("li"), label = make("label"), box = make("input"), about = make("p", "", then);
  Object.assign(box, { type: "checkbox", checked: on, disabled: !available });
  box.setAttribute("role", "switch");
  box.dataset.fault = name;
  about.id = `fault-${name}`;
  box.setAttribute("aria-describedby", about.id);
  box.addEventListener("change", () => flip(name, box.checked));
  label.append(make("span", "", title), box);
  item.append(label, about);
  if (on) item.className = "on";
  return item;
}

async function flip(name, on) {
  const answer = await tell("/phone/faults", { name, on });
  note.textContent = answer.ok ? "" : `Not switched. ${answer.words || "Olifant is not running."}`;
  list.dataset.look = "";
  showFaults();
}

// WhatsApp's markup. Only nodes and text are made, never HTML.

import { make } from "./small.js";

const INLINE = [
  [/```([\s\S]+?)```/, "code"],
  [/`([^`\n]+)`/, "code"],
  [/(?<![\p{L}\p{N}*])\*(?=\S)([^*\n]*[^*\s])\*(?![\p{L}\p{N}*])/u, "strong"],
  [/(?<![\p{L}\p{N}_])_(?=\S)([^_\n]*[^_\s])_(?![\p{L}\p{N}_])/u, "em"],
  [/(?<![\p{L}\p{N}~])~(?=\S)([^~\n]*[^~\s])~(?![\p{L}\p{N}~])/u, "s"],
  [/\bhttps?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/, "link"],
];

// What a line begins with, and the block it belongs to.
const BLOCKS = [
  [/^> ?(.*)$/, "blockquote"],
  [/^[-*] +(.*)$/, "ul"],
  [/^(\d{1,3})\. +(.*)$/, "ol"],
];

// The nodes of a message's words.
export function marked(text) {
  return fenced(text).flatMap((part) => part.code === undefined ? lines(part.text) : [codeBlock(part.code)]);
}

// ```blocks``` first: nothing inside of them is markup.
function fenced(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(/```\n?([\s\S]+?)\n?```/g)) {
    if (!found[1].includes("\n") && !alone(text, found)) continue;
    parts.push({ text: text.slice(end, found.index).replace(/\n$/, "") }, { code: found[1] });
    end = found.index + found[0].length;
    if (text[end] === "\n") end += 1;
  }
  parts.push({ text: text.slice(end) });
  return parts.filter((part) => part.code !== undefined || part.text);
}

// Whether it has its lines for itself.
function alone(text, found) {
  const after = text[found.index + found[0].length];
  return (found.index === 0 || text[found.index - 1] === "\n") && (after === undefined || after === "\n");
}

function codeBlock(code) {
  const block = make("pre");
  block.append(make("code", "", code));
  return block;
}

// Lines of one kind in a row make one block.
function lines(text) {
  const runs = [];
  for (const line of text.split("\n")) {
    const { tag, words, number } = kindOf(line);
    const last = runs.at(-1);
    if (last && last.tag === tag) last.lines.push(words);
    else runs.push({ tag, lines: [words], number });
  }
  return runs.map(drawRun);
}

function kindOf(line) {
  for (const [pattern, tag] of BLOCKS) {
    const found = pattern.exec(line);
    if (found) return { tag, words: found.at(-1), number: tag === "ol" ? Number(found[1]) : 0 };
  }
  return { tag: "p", words: line };
}

function drawRun({ tag, lines, number }) {
  const block = make(tag);
  if (tag === "ul" || tag === "ol") {
    if (tag === "ol") block.start = number;
    block.append(...lines.map((line) => { const item = make("li"); item.append(...inline(line)); return item; }));
  } else block.append(...inline(lines.join("\n")));
  return block;
}

// The markup inside of a line.
export function inline(text) {
  let best = null;
  for (const [pattern, tag] of INLINE) {
    const found = pattern.exec(text);
    if (found && (!best || found.index < best.found.index)) best = { found, tag };
  }
  if (!best) return text ? [document.createTextNode(text)] : [];
  const { found, tag } = best;
  const before = text.slice(0, found.index), after = text.slice(found.index + found[0].length);
  return [...(before ? [document.createTextNode(before)] : []), draw(tag, found), ...inline(after)];
}

function draw(tag, found) {
  if (tag === "link") return link(found[0], found[0]);
  const node = make(tag);
  node.append(...(tag === "code" ? [found[1]] : inline(found[1])));
  return node;
}

// Opens only when it is clicked, elsewhere, and tells nothing about us. What
// is no web address stays text.
export function link(words, target, kind = "") {
  if (!/^https?:\/\//.test(target || "")) return make("span", kind, words);
  const node = make("a", kind, words);
  Object.assign(node, { href: target, target: "_blank", rel: "noopener noreferrer" });
  return node;
}

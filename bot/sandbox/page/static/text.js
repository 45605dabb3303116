// Slack's two kinds of text to DOM nodes. Text never becomes HTML: every character ends in a text node.
import { h } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", warning: "⚠️", lock: "🔒", unlock: "🔓", key: "🔑", bell: "🔔",
  iphone: "📱", shield: "🛡️", hourglass: "⌛", hourglass_flowing_sand: "⏳", information_source: "ℹ️", rotating_light: "🚨",
  no_entry: "⛔", wave: "👋", tada: "🎉", mag: "🔍", large_green_circle: "🟢", red_circle: "🔴", white_circle: "⚪",
};
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const MARKS = { "*": "strong", _: "em", "~": "s" };
// Code; something in angle brackets; or a mark that stands at the edges of words, with whole brackets inside.
const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:<[^<>\n]*>|[^<\n])+?)(?<=\S)\3(?![\p{L}\p{N}])/u;

/** Nodes of a text object; *people* maps ids to people, for mentions. */
export function text(object, people) {
  if (object === undefined || object === null) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, people);
  if (object.type === "plain_text") return [h("span", { class: "plain-text" }, emoji(object.text))];
  return [complaint(`text of type "${object.type}"`)];
}

/** The bare words of a text object, for labels and titles. */
export const words = (object) => emoji(object?.text ?? "");

export function mrkdwn(source, people) {
  return source.split("```").flatMap((part, index) => {
    if (index % 2) return h("pre", {}, unescape(part.replace(/^\n|\n$/g, "")));
    return paragraphs(part, people);
  });
}

/** A box that says what this page does not know; nothing the bot sends may be left out silently. */
export function complaint(what) {
  return h("span", { class: "complaint" }, `The sandbox cannot show ${what}.`);
}

function paragraphs(source, people) {
  const nodes = [];
  let quote = null;
  for (const [index, line] of source.split("\n").entries()) {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (quote === null) nodes.push(quote = h("blockquote"));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1], people));
      continue;
    }
    if (index > 0 && quote === null) nodes.push(h("br"));
    quote = null;
    nodes.push(...inline(line, people));
  }
  return nodes;
}

function inline(source, people) {
  const nodes = [];
  let rest = source;
  for (let found = rest.match(INLINE); found; found = rest.match(INLINE)) {
    const [all, code, bracket, mark, marked] = found;
    if (found.index) nodes.push(unescape(emoji(rest.slice(0, found.index))));
    if (code !== undefined) nodes.push(h("code", {}, unescape(code)));
    else if (bracket !== undefined) nodes.push(special(bracket, people));
    else nodes.push(h(MARKS[mark], {}, ...inline(marked, people)));
    rest = rest.slice(found.index + all.length);
  }
  if (rest) nodes.push(unescape(emoji(rest)));
  return nodes;
}

function special(inside, people) {
  const [target, ...label] = inside.split("|");
  const shown = unescape(label.join("|"));
  if (target.startsWith("@")) {
    const person = people.get(target.slice(1));
    return h("span", { class: "mention" }, `@${person ? person.real_name || person.name : shown || target.slice(1)}`);
  }
  if (target.startsWith("!date^")) return date(target, shown);
  return link(unescape(target), shown) ?? complaint(`<${unescape(inside)}>`);
}

/** A link to the web or to a mail program; anything else gives null. */
function link(target, shown) {
  if (!URL.canParse(target)) return null;
  const url = new URL(target);
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return null;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, shown || target);
}

const TOKENS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

/** `!date^seconds^format|fallback` in the viewer's own time zone. */
function date(target, fallback) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime()) || !format) return fallback;
  return h("time", { datetime: at.toISOString(), title: fallback }, format.replace(/\{(\w+?)(?:_pretty)?\}/g,
    (all, name) => (TOKENS[name] ? new Intl.DateTimeFormat(undefined, TOKENS[name]).format(at) : all)));
}

const unescape = (escaped) => escaped.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
const emoji = (plain) => plain.replace(/:([a-z0-9_+-]+):/g, (all, name) => EMOJI[name] ?? all);

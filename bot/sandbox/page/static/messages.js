// The conversation with the bot: messages that change in place, and the box that sends words and slash commands.
import { fill, h } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { mrkdwn } from "./text.js";

/** The log of a conversation; stays at the bottom while the reader is there. */
export function drawLog(log, messages, app) {
  const atBottom = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const held = log.contains(document.activeElement) ? document.activeElement.closest("article") : null;
  fill(log, messages.length ? messages.map((message) => drawMessage(message, app))
    : [h("p", { key: "empty", class: "empty" }, "Nothing here yet. Write a message, or type / for the commands.")]);
  // A message grows as well: the bot posts a bare sentence first, and adds the rest to it.
  if (atBottom) toBottom(log);
  // The pressed button is often gone after the bot has edited its message: stay with the message.
  if (held && !log.contains(document.activeElement)) (held.isConnected ? held : log).focus({ preventScroll: true });
}

export function toBottom(log) {
  log.scrollTop = log.scrollHeight;
  // A picture that is still on its way makes the log longer when it arrives.
  for (const image of log.querySelectorAll("img")) if (!image.complete) image.onload = () => { log.scrollTop = log.scrollHeight; };
}

function drawMessage(message, app) {
  const mine = message.from === "user";
  const author = mine ? app.people.get(app.user) : null;
  const name = mine ? author?.real_name ?? app.user : "mfabot";
  const at = new Date(message.at);
  const id = `message-${message.ts.replace(".", "-")}`;
  const ctx = app.ctx({ id, act: (part, block, value) => app.act({
    do: "click", ts: message.ts, action_id: part.action_id, block_id: block.block_id, value }) });
  const blocks = message.blocks ?? [];
  return h("article", { key: message.ts, class: `message${message.ephemeral ? " ephemeral" : ""}`, tabindex: "-1", "aria-label": `${name}, ${clock(at)}` },
    h("span", { key: mine ? app.user : "bot", class: mine ? "avatar" : "avatar app", "aria-hidden": "true", vars: mine ? { "--color": tint(author) } : {} },
      mine ? initials(name) : ""),
    h("div", { class: "said" },
      h("p", { class: "by" }, h("b", {}, name), !mine && h("span", { class: "tag" }, "App"),
        h("time", { datetime: at.toISOString() }, clock(at)),
        message.ephemeral && h("span", { key: "only", class: "only" }, "Only visible to you")),
      blocks.length ? drawBlocks(blocks, ctx) : h("p", { class: "block" }, mrkdwn(message.text ?? "", app.people)),
      message.edited && h("p", { key: "edited", class: "edited" }, "(edited)")));
}

const clock = (at) => at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
export const initials = (name) => name.split(/\s+/).slice(0, 2).map((part) => part[0]?.toUpperCase() ?? "").join("");
export const tint = (person) => (/^#?[0-9a-f]{6}$/i.test(person?.color ?? "") ? `#${person.color.replace("#", "")}` : "#5b6270");

/** The message box. `app` is `{act, commands, people, user}`; drafts are kept a person. */
export class Composer {
  #input;
  #list;
  #log;
  #app;
  #offers = [];
  #chosen = -1;
  #drafts = new Map();
  #user = null;

  constructor(form, app) {
    this.#input = form.querySelector("input");
    this.#list = form.querySelector("[role=listbox]");
    this.#log = form.parentElement.querySelector("[role=log]");
    this.#app = app;
    form.onsubmit = (event) => { event.preventDefault(); this.#send(); };
    this.#input.oninput = () => this.#suggest();
    this.#input.onkeydown = (event) => this.#key(event);
    this.#input.onblur = () => this.#show([]);
  }

  /** Show the draft of *user*. */
  play(user) {
    if (user === this.#user) return;
    this.#drafts.set(this.#user, this.#input.value);
    this.#user = user;
    this.#input.value = this.#drafts.get(user) ?? "";
    this.#show([]);
  }

  #send() {
    const said = this.#input.value.trim();
    if (!said) return;
    this.#input.value = "";
    this.#show([]);
    toBottom(this.#log); // the answer comes there
    const [command] = said.split(/\s/);
    if (!command.startsWith("/")) this.#app.act({ do: "say", text: said });
    else this.#app.act({ do: "command", command, text: said.slice(command.length).trim() });
  }

  #key(event) {
    if (event.isComposing || this.#offers.length === 0) return;
    const { length } = this.#offers;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.#mark((Math.max(this.#chosen, event.key === "ArrowUp" ? 0 : -1) + steps[event.key] + length) % length);
    else if (event.key === "Escape") this.#show([]);
    else if (event.key === "Enter" && this.#chosen >= 0) this.#take(this.#offers[this.#chosen]);
    else if (event.key === "Tab" && !event.shiftKey && !this.#offers.some((offer) => this.#input.value.endsWith(offer.shown))) {
      this.#take(this.#offers[Math.max(this.#chosen, 0)]);
    } else return;
    event.preventDefault();
  }

  #suggest() {
    const typed = this.#input.value;
    const person = typed.match(/(^|\s)@(\w*)$/);
    if (/^\/\S*$/.test(typed)) {
      this.#show(this.#app.commands.filter((known) => known.command.startsWith(typed)).map((known) => ({
        take: `${known.command} `, shown: known.command, more: [known.usage_hint, known.description].filter(Boolean).join(" - ") })));
    } else if (person) {
      this.#show([...this.#app.people.values()].filter((known) => `${known.name} ${known.real_name}`.toLowerCase().includes(person[2].toLowerCase()))
        .map((known) => ({ take: `${typed.slice(0, person.index)}${person[1]}@${known.name} `, shown: `@${known.name}`, more: `${known.real_name}, ${known.role}` })));
    } else this.#show([]);
  }

  #show(offers) {
    this.#offers = offers;
    fill(this.#list, offers.map((offer, index) => h("li", { key: offer.shown, role: "option", id: `suggestion-${index}`,
      onmousedown: (event) => { event.preventDefault(); this.#take(offer); } }, h("b", {}, offer.shown), " ", h("span", {}, offer.more))));
    this.#list.hidden = offers.length === 0;
    this.#input.setAttribute("aria-expanded", String(offers.length > 0));
    this.#mark(-1);
  }

  #mark(index) {
    this.#chosen = index;
    for (const [at, option] of [...this.#list.children].entries()) option.setAttribute("aria-selected", String(at === index));
    this.#list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `suggestion-${index}`);
  }

  #take(offer) {
    this.#input.value = offer.take;
    this.#show([]);
    this.#input.focus();
  }
}

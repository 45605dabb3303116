// The page: one state comes in over server-sent events, everything is drawn from it; what people do goes out to
// /page/act, and its effect comes back as the next state.
import { Press, fill, focusable, h } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { Composer, drawLog, initials, tint, toBottom } from "./messages.js";
import { Guide } from "./guide.js";
import { Modals } from "./modals.js";
import { Phone } from "./phone.js";

const $ = (id) => document.getElementById(id);
// Members of a workspace in whose shoes nobody can step; who is deactivated is shown, and cannot be chosen.
const NOT_PLAYED = new Set(["the app", "bot", "slackbot", "deactivated person"]);
const GONE = "deactivated person";
const RETRY_MS = 1500;

class App {
  state = null;
  user = null;
  people = new Map();
  #live = null;
  #tab = "home";
  #seen = new Map();     // user -> ts of the newest message looked at
  #problems = [];        // the page's own
  #marked = null;        // who is brought into sight in the list of people
  #accounts = [];
  #press = new Press(() => this.draw());

  constructor() {
    this.modals = new Modals($("modals"), $("inside"), { act: (what) => this.act(what), ctx: (more) => this.ctx(more),
      redraw: () => this.draw(), home: () => $(this.#tab).focus() });
    this.composer = new Composer($("composer"), this);
    this.guide = new Guide($("guide"), $("guide-all"));
    this.phone = new Phone($("phone"), this, (accounts) => { this.#accounts = accounts; this.#drawGuide(); });
    for (const tab of ["home", "messages"]) {
      $(`tab-${tab}`).onclick = () => this.#show(tab, true);
      $(`tab-${tab}`).onkeydown = (event) => { if (["ArrowLeft", "ArrowRight"].includes(event.key)) this.#otherTab(); };
    }
    addEventListener("hashchange", () => this.#connect(location.hash.slice(1)));
    addEventListener("keydown", (event) => { if (event.key === "F6") this.#nextRegion(event); });
    // A browser keeps six connections to one host: a window that nobody sees leaves its own to the others.
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#rest() : this.#connect(this.user)));
    this.#show("home");
    this.#connect(location.hash.slice(1));
  }

  get messages() { return this.state?.dm?.messages ?? []; }
  get commands() { return this.state?.commands ?? []; }

  /** What blocks need to draw themselves and to act. */
  ctx(more) { return { people: this.people, user: this.user, ...more }; }

  /** Tell the sandbox what the person did; resolves when the bot has answered. */
  async act(what) {
    try {
      const response = await fetch("/page/act", { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user: this.user, ...what }) });
      const answer = await response.json().catch(() => ({ ok: false, error: `HTTP ${response.status}` }));
      // What the bot said no to, or failed at, is in the state: an error under an input, a notice, a problem.
      if (!response.ok) this.#complain(`${label(what)}: ${answer.error}`);
    } catch {
      this.#complain(`${label(what)}: the sandbox does not answer.`);
    }
  }

  #complain(problem) {
    this.#problems.push(problem);
    this.draw();
  }

  #connect(user) {
    this.#rest();
    if (!user) { this.#first(); return; }
    let greet = user !== this.user && this.#tab === "home";
    this.user = user;
    const live = new EventSource(`/page/live?user=${encodeURIComponent(user)}`);
    this.#live = live;
    live.onopen = () => { $("connection").textContent = ""; if (greet) this.act({ do: "open_home" }); greet = false; };
    live.onmessage = (event) => { if (live === this.#live) this.#receive(JSON.parse(event.data)); };
    live.onerror = () => {
      $("connection").textContent = "Reconnecting...";
      // The browser tries again by itself after a cut, and gives up after an answer that is no stream.
      if (live.readyState === EventSource.CLOSED && live === this.#live) setTimeout(() => { if (live === this.#live) this.#connect(user); }, RETRY_MS);
    };
  }

  #rest() {
    this.#live?.close();
    this.#live = null;
  }

  /** Nobody is named in the address: be the first person of the workspace. */
  async #first() {
    try {
      const state = await (await fetch("/page/state")).json();
      const first = state.people.find((person) => !NOT_PLAYED.has(person.role));
      location.replace(`#${state.user || first.id}`);
    } catch {
      $("connection").textContent = "Connecting...";
      setTimeout(() => { if (!location.hash) this.#first(); }, RETRY_MS);
    }
  }

  #receive(state) {
    this.state = state;
    this.people = new Map(state.people.map((person) => [person.id, person]));
    document.title = `${called(this.people.get(this.user))} - Sandbox - no real Slack`;
    this.draw();
  }

  draw() {
    if (this.#press.held) return;
    this.#drawProblems();
    if (!this.state) return;
    const { home, modals, notice, toasts = [] } = this.state;
    $("notice").hidden = !notice;
    $("notice").textContent = notice ?? "";
    this.#drawPeople();
    const ctx = this.ctx({ id: "home", act: (part, block, value) => this.act({
      do: "click", view_id: home.id, action_id: part.action_id, block_id: block.block_id, value }) });
    const lost = $("home").contains(document.activeElement);
    fill($("home"), home ? drawBlocks(home.blocks, ctx) : [h("p", { key: "empty", class: "empty" }, "The bot has not shown its Home yet.")]);
    if (lost && !$("home").contains(document.activeElement)) $("home").focus();
    drawLog($("log"), this.messages, this);
    this.#drawUnread();
    this.composer.play(this.user);
    fill($("toasts"), toasts.map((toast) => h("p", { key: toast.id, class: "toast" }, toast.text,
      h("button", { type: "button", class: "plain", "aria-label": "Dismiss notice", onclick: () => this.act({ do: "dismiss", toast: toast.id }) }, "×"))));
    this.modals.draw(modals);
    this.phone.play(this.user);
    this.#drawGuide();
  }

  #drawGuide() {
    if (!this.state) return;
    const { home, modals, links } = this.state;
    this.guide.draw({ user: this.user, role: this.people.get(this.user)?.role, home, modals, messages: this.messages, accounts: this.#accounts, sample: links?.sample_app });
  }

  #drawPeople() {
    const legend = $("people").querySelector("legend");
    const choose = (person) => { location.hash = person.id; };
    const shown = this.state.people.filter((person) => person.role === GONE || !NOT_PLAYED.has(person.role));
    fill($("people"), [legend, shown.map((person) => h("div", { key: person.id, class: "row" },
      h("label", { class: "person" },
        h("input", { type: "radio", name: "person", value: person.id, disabled: person.role === GONE, onchange: () => choose(person) }),
        h("span", { class: "avatar", "aria-hidden": "true", vars: { "--color": tint(person) } }, initials(called(person))),
        h("span", {}, h("b", {}, called(person)), h("span", { class: "role" }, person.role))),
      person.role !== GONE && h("a", { class: "another", href: `#${person.id}`, target: "_blank", rel: "noopener",
        title: "Open another window", "aria-label": `Open another window as ${called(person)}` }, "↗")))]);
    for (const radio of $("people").querySelectorAll("input")) {
      radio.checked = radio.value === location.hash.slice(1); // who was chosen just now is not yet played
      // On a narrow screen the people stand side by side, and not all of them in sight.
      if (radio.checked && this.#marked !== this.user) radio.closest(".row").scrollIntoView({ block: "nearest", inline: "center" });
    }
    this.#marked = this.user;
  }

  #drawProblems() {
    const all = [...(this.state?.problems ?? []), ...this.#problems];
    $("problems").hidden = all.length === 0;
    fill($("problems"), [h("h2", {}, all.length === 1 ? "A problem" : `${all.length} problems`),
      h("ul", {}, all.map((problem) => h("li", {}, problem))),
      this.#problems.length > 0 && h("button", { key: "hide", type: "button", class: "button small",
        onclick: () => { this.#problems = []; this.draw(); } }, "Hide those of this page")]);
  }

  #drawUnread() {
    if (this.#tab === "messages" || !this.#seen.has(this.user)) this.#seen.set(this.user, this.messages.at(-1)?.ts ?? "");
    const fresh = this.messages.filter((message) => message.ts > this.#seen.get(this.user)).length;
    $("unread").hidden = fresh === 0;
    $("unread").textContent = ` ${fresh} new`;
  }

  /** Open a tab; on a narrow screen, whose page is long, bring it into sight when a person asked for it. */
  #show(tab, asked = false) {
    this.#tab = tab;
    for (const name of ["home", "messages"]) {
      $(name).hidden = name !== tab;
      $(`tab-${name}`).setAttribute("aria-selected", String(name === tab));
      $(`tab-${name}`).tabIndex = name === tab ? 0 : -1;
    }
    if (tab === "messages") toBottom($("log"));
    this.draw();
    if (asked && matchMedia("(max-width: 760px)").matches) $("window").scrollIntoView({ block: "start" });
    if (tab === "home" && this.state) this.act({ do: "open_home" });
  }

  #otherTab() {
    this.#show(this.#tab === "home" ? "messages" : "home");
    $(`tab-${this.#tab}`).focus();
  }

  #nextRegion(event) {
    event.preventDefault();
    const regions = [...document.querySelectorAll("[data-region]")];
    const at = regions.findIndex((region) => region.contains(document.activeElement));
    const region = regions[(at + (event.shiftKey ? regions.length - 1 : 1)) % regions.length];
    (region.querySelector("dialog[open] [data-focus]") ?? focusable(region)[0])?.focus();
  }
}

const called = (person) => person?.real_name || person?.name || "Nobody";

function label(what) {
  return { command: what.command, click: `Button ${what.action_id}`, submit: "Submit", close: "Close", say: "Message", open_home: "Home", dismiss: "Notice" }[what.do];
}

new App();

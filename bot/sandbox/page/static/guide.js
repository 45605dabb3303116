// What a first-time visitor does, one step after the other, by the role of the person played. Steps tick themselves
// off by what can be seen.
import { fill, h } from "./dom.js";

const ENABLE = "Enable Multi-Factor Authentication";
const DISABLE = "Disable Multi-Factor Authentication";

const buttons = (blocks) => (blocks ?? []).flatMap((block) => [...(block.elements ?? []), block.accessory]).map((part) => part?.text?.text);
const shows = (blocks, label) => buttons(blocks).includes(label);
const picture = (see) => see.messages.some((message) => (message.blocks ?? []).some((block) => block.type === "image"));
const asks = (see, submit) => see.modals.some((view) => view.submit?.text === submit);
const on = (see) => shows(see.home?.blocks, DISABLE);
const offers = (see, label) => see.messages.some((message) => shows(message.blocks, label));
const says = (see, text) => see.messages.some((message) => message.from === "bot" && message.text?.startsWith(text));
const bold = (label) => h("b", {}, label);
const typed = (command) => h("code", {}, command);

const OWN = [
  { says: () => ["On ", bold("Home"), " press ", bold(ENABLE), "."], done: (see) => asks(see, "Send QR code") || picture(see) || on(see) },
  { says: () => ["Press ", bold("Send QR code"), "."], done: (see) => picture(see) || on(see) },
  { says: () => ["In ", bold("Messages"), " scan it, with the phone here or your own."],
    done: (see) => see.accounts.length > 0 || asks(see, "Verify Code") || on(see) },
  { says: () => ["Press ", bold("Enter the code"), ", type the phone's six digits, keep the recovery codes."], done: on },
  { says: (see) => ["Sign in to the ", link(see), " with password and code."], done: (see) => see.visited },
  { says: () => ["On ", bold("Home"), " disable it again, and remove the account from the phone."],
    done: (see, before) => before(4) && shows(see.home?.blocks, ENABLE) && see.accounts.length === 0 },
];

const asked = (see) => says(see, "Your request to disable");
const HELPDESK = [
  { says: () => ["Ada turns her MFA on first, in a window of her own."], done: (see) => asked(see) || offers(see, DISABLE) },
  { says: () => ["In ", bold("Messages"), " type ", typed("/mfa-admin disable @ada"), "."], done: (see) => asked(see) || offers(see, DISABLE) },
  { says: () => ["Press ", bold(DISABLE), " on the card."], done: (see) => asked(see) || asks(see, "Send request") },
  { says: () => ["Say what happened and why, type your phone's code, press ", bold("Send request"), "."], done: asked },
  { says: () => ["Watch your request in ", bold("Messages"), ": Mia approves or denies, Ada may veto."],
    done: (see) => asked(see) && !offers(see, "Cancel request") },
];

const card = (see) => says(see, "A reset of somebody's MFA");
const MANAGER = [
  { says: () => ["Have the helpdesk ask for a reset of Ada's MFA."], done: card },
  { says: () => ["In ", bold("Messages"), " read the facts, and press ", bold("Approve"), " or ", bold("Deny"), "."],
    done: (see) => card(see) && (asks(see, "Approve") || asks(see, "Deny") || !offers(see, "Approve")) },
  { says: () => ["To approve, type your own phone's code. (For real, your MFA has to be a day old.)"], done: (see) => card(see) && !offers(see, "Approve") },
];

const ADMIN = [
  { says: () => ["Ada turns her MFA on first, in a window of her own."], done: (see) => offers(see, DISABLE) || asks(see, "Disable") },
  { says: () => ["In ", bold("Messages"), " type ", typed("/mfa-admin disable @ada"), "."], done: (see) => offers(see, DISABLE) || asks(see, "Disable") },
  { says: () => ["Press ", bold(DISABLE), ": it takes a reason and your phone's code, and nobody's approval."], done: (see) => asks(see, "Disable") },
];

const BY_ROLE = { "helpdesk agent": HELPDESK, manager: MANAGER, admin: ADMIN };

function link(see) {
  return see.sample ? h("a", { href: see.sample, target: "_blank", rel: "noopener", onclick: see.visit }, "sample application") : "sample application";
}

export class Guide {
  #list;
  #current = null;   // the step that was brought into sight
  #done = new Map(); // user -> the steps ticked, kept while this tab lives

  constructor(list, toggle) {
    this.#list = list;
    toggle.onclick = () => {
      const all = list.parentElement.classList.toggle("all");
      toggle.setAttribute("aria-expanded", String(all));
    };
  }

  /** *see* is what one can see: `{user, role, home, messages, modals, accounts, sample, visit}`. */
  draw(see) {
    const steps = BY_ROLE[see.role] ?? OWN;
    const done = this.#of(see);
    see.visited = done.has(5);
    see.visit = () => { done.add(5); this.#keep(see.user, done); this.draw(see); };
    steps.forEach((step, index) => { if (step.done(see, (number) => done.has(number))) done.add(index + 1); });
    this.#keep(see.user, done);
    const current = steps.findIndex((_step, index) => !done.has(index + 1));
    fill(this.#list, steps.map((step, index) => h("li", {
      key: `${see.user} ${index}`, class: [done.has(index + 1) && "done", index === current && "current"].filter(Boolean).join(" ") || undefined,
      "aria-current": index === current ? "step" : undefined,
    }, h("span", { class: "mark", "aria-hidden": "true" }, done.has(index + 1) ? "✓" : String(index + 1)),
    h("span", {}, step.says(see), done.has(index + 1) && h("span", { key: "done", class: "unseen" }, " (done)")))));
    this.#follow(`${see.user} ${current}`, this.#list.children[current]);
  }

  /** Bring a new step into sight within the column; on a narrow screen there is none that scrolls. */
  #follow(name, item) {
    if (name === this.#current || !item) return;
    this.#current = name;
    const side = this.#list.closest("[data-region]");
    const below = item.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
    if (below > 0) side.scrollTop += below;
  }

  #of(see) {
    // The staff's steps can be read off what stands there; nothing has to be remembered.
    if (see.role in BY_ROLE) return new Set();
    if (!this.#done.has(see.user)) this.#done.set(see.user, new Set(JSON.parse(sessionStorage.getItem(`guide ${see.user}`) ?? "[]")));
    const done = this.#done.get(see.user);
    // Nothing said and nothing on the phone: a fresh sandbox, whatever this tab remembers.
    if (see.messages.length + see.modals.length + see.accounts.length === 0 && !on(see)) done.clear();
    return done;
  }

  #keep(user, done) {
    sessionStorage.setItem(`guide ${user}`, JSON.stringify([...done]));
  }
}

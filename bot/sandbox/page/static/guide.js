// What a first-time visitor does, one step after the other. Steps tick themselves off by what can be seen.
import { fill, h } from "./dom.js";

const ENABLE = "Enable Multi-Factor Authentication";
const DISABLE = "Disable Multi-Factor Authentication";

const buttons = (blocks) => (blocks ?? []).flatMap((block) => [...(block.elements ?? []), block.accessory]).map((part) => part?.text?.text);
const shows = (blocks, label) => buttons(blocks).includes(label);
const picture = (see) => see.messages.some((message) => (message.blocks ?? []).some((block) => block.type === "image"));
const asks = (see, submit) => see.modals.some((view) => view.submit?.text === submit);
const on = (see) => shows(see.home?.blocks, DISABLE);

const STEPS = [
  { says: () => ["On ", h("b", {}, "Home"), " press ", h("b", {}, ENABLE), "."], done: (see) => asks(see, "Send QR code") || picture(see) || on(see) },
  { says: () => ["Press ", h("b", {}, "Send QR code"), "."], done: (see) => picture(see) || on(see) },
  { says: () => ["In ", h("b", {}, "Messages"), " scan it, with the phone here or your own."],
    done: (see) => see.accounts.length > 0 || asks(see, "Verify Code") || on(see) },
  { says: () => ["Press ", h("b", {}, "Enter the code"), ", type the phone's six digits, keep the recovery codes."], done: on },
  { says: (see) => ["Sign in to the ", link(see), " with password and code."], done: (see) => see.visited },
  { says: () => ["On ", h("b", {}, "Home"), " disable it again, and remove the account from the phone."],
    done: (see, before) => before(4) && shows(see.home?.blocks, ENABLE) && see.accounts.length === 0 },
];

function link(see) {
  return see.sample ? h("a", { href: see.sample, target: "_blank", rel: "noopener", onclick: see.visit }, "sample application") : "sample application";
}

export class Guide {
  #list;
  #done = new Map(); // user -> the steps ticked, kept while this tab lives

  constructor(list, toggle) {
    this.#list = list;
    toggle.onclick = () => {
      const all = list.parentElement.classList.toggle("all");
      toggle.setAttribute("aria-expanded", String(all));
    };
  }

  /** *see* is what one can see: `{user, home, messages, modals, accounts, sample, visit}`. */
  draw(see) {
    const done = this.#of(see);
    see.visited = done.has(5);
    see.visit = () => { done.add(5); this.#keep(see.user, done); this.draw(see); };
    STEPS.forEach((step, index) => { if (step.done(see, (number) => done.has(number))) done.add(index + 1); });
    this.#keep(see.user, done);
    const current = STEPS.findIndex((_step, index) => !done.has(index + 1));
    fill(this.#list, STEPS.map((step, index) => h("li", {
      key: index, class: [done.has(index + 1) && "done", index === current && "current"].filter(Boolean).join(" ") || undefined,
      "aria-current": index === current ? "step" : undefined,
    }, h("span", { class: "mark", "aria-hidden": "true" }, done.has(index + 1) ? "✓" : String(index + 1)),
    h("span", {}, step.says(see), done.has(index + 1) && h("span", { key: "done", class: "unseen" }, " (done)")))));
  }

  #of(see) {
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

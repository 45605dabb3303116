// The phone in the person's hand: it is given the picture that the chat shows, and nothing else.
import { ask, fill, h } from "./dom.js";

export class Phone {
  #root;
  #app;
  #accounts = [];
  #arrived = 0;      // performance.now() of the answer that #accounts came with
  #user = null;
  #note = "";
  #typing = false;
  #open = false;     // the sheet on a narrow screen
  #asking = false;
  #changed;

  /** `app` is `{user, people, messages, file, complain}`; *changed* hears the accounts after each look. */
  constructor(root, app, changed) {
    this.#root = root;
    this.#app = app;
    this.#changed = changed;
    root.onkeydown = (event) => { if (event.key === "Escape" && this.#open) this.#toggle(false); };
    setInterval(() => this.#tick(), 250);
  }

  /** Show the phone of the person who plays now. */
  play(user) {
    if (user === this.#user) return;
    this.#user = user;
    this.#accounts = [];
    this.#note = "";
    this.#typing = false;
    this.draw();
    this.look();
  }

  /** Ask for the codes of now. */
  async look() {
    if (this.#asking) return;
    this.#asking = true;
    const user = this.#user;
    try {
      const answer = await fetch(`/phone?user=${encodeURIComponent(user)}`);
      if (!answer.ok || user !== this.#user) return;
      this.#accounts = (await answer.json()).accounts;
      this.#arrived = performance.now();
      this.#changed(this.#accounts);
      this.draw();
    } catch {
      this.#arrived = performance.now() - 1e6; // the sandbox is away: the next tick asks again
    } finally {
      this.#asking = false;
    }
    if (user !== this.#user) this.look();
  }

  #left(account) {
    return account.next_in_s - (performance.now() - this.#arrived) / 1000;
  }

  #tick() {
    if (this.#accounts.some((account) => this.#left(account) <= 0)) this.look();
    for (const account of this.#accounts) {
      const left = Math.max(0, this.#left(account));
      for (const ring of this.#root.querySelectorAll(`[data-ring="${CSS.escape(account.id)}"]`)) {
        ring.style.setProperty("--left", left / account.period);
        ring.textContent = String(Math.ceil(left));
        ring.classList.toggle("late", left < 6);
      }
    }
  }

  draw() {
    const person = this.#app.people.get(this.#user);
    const first = (person?.real_name ?? "").split(" ")[0];
    fill(this.#root, [this.#handle(), h("div", { key: "body", class: "screen", id: "phone-screen" },
      h("h2", {}, first ? `${first}'s phone` : "Phone"),
      h("p", { class: "about" }, "It sees the picture in the chat and nothing else. Your own phone works just as well."),
      h("button", { type: "button", class: "button scan", onclick: () => this.#scan() }, "Scan the QR code in the chat"),
      h("p", { key: "note", class: "note", role: "status" }, this.#note),
      h("div", { key: "accounts", class: "accounts" }, this.#accounts.map((account) => this.#account(account))),
      this.#accounts.length === 0 && h("p", { key: "none", class: "empty" }, "No accounts yet."),
      this.#byHand())]);
    this.#root.classList.toggle("open", this.#open);
    for (const account of this.#accounts) this.#root.querySelector(`#code-${CSS.escape(account.id)}`).value = spaced(account.code);
    this.#tick();
  }

  /** The bar of the bottom sheet: it shows the newest code even while the sheet is shut. */
  #handle() {
    const newest = this.#accounts[0];
    return h("button", { key: "handle", type: "button", class: "handle", "aria-expanded": String(this.#open), "aria-controls": "phone-screen",
      onclick: () => this.#toggle(!this.#open) },
      h("span", { class: "grip", "aria-hidden": "true" }), h("span", {}, "Phone"),
      newest ? h("span", { key: newest.id, class: "peek" }, spaced(newest.code), ring(newest)) : h("span", { key: "none", class: "peek" }, "no accounts"));
  }

  #account(account) {
    const name = [account.issuer, account.account].filter(Boolean).join(": ");
    return h("section", { key: account.id, class: "account", "aria-label": name },
      h("h3", {}, h("b", {}, account.issuer || account.account), account.issuer && h("span", {}, account.account)),
      h("div", { class: "now" },
        h("input", { readonly: true, id: `code-${account.id}`, "aria-label": `Code for ${name}`, class: "code", size: account.code.length + 1,
          onfocus: (event) => event.currentTarget.select() }),
        ring(account)),
      h("p", { class: "upcoming" }, "Next: ", h("b", {}, spaced(account.next_code))),
      h("div", { class: "tools" },
        h("button", { type: "button", class: "button small", "aria-label": "Copy code", onclick: () => this.#copy(account) }, "Copy"),
        h("button", { type: "button", class: "button small", "aria-label": "Remove account", onclick: () => this.#remove(account, name) }, "Remove")));
  }

  #byHand() {
    return h("div", { key: "hand", class: "hand" },
      h("button", { type: "button", class: "plain", "aria-expanded": String(this.#typing),
        onclick: () => { this.#typing = !this.#typing; this.draw(); } }, "Type a key by hand"),
      this.#typing && h("form", { key: "form", autocomplete: "off", onsubmit: (event) => { event.preventDefault(); this.#type(event.currentTarget); } },
        h("label", { for: "hand-key" }, "Key"), h("input", { id: "hand-key", name: "secret", required: true, spellcheck: "false", autocapitalize: "characters" }),
        h("label", { for: "hand-label" }, "Account name"), h("input", { id: "hand-label", name: "label", placeholder: "mfabot" }),
        h("button", { type: "submit", class: "button small" }, "Add account")));
  }

  #toggle(open) {
    this.#open = open;
    this.draw();
    if (!open) this.#root.querySelector(".handle").focus();
  }

  #tell(note) {
    this.#note = note;
    this.draw();
  }

  /** Find the newest picture in the conversation and hand its bytes, unread, to the phone. */
  async #scan() {
    const pictures = this.#app.messages.flatMap((message) => message.blocks ?? []).filter((block) => block.type === "image" && block.slack_file?.id);
    const newest = pictures.at(-1);
    if (!newest) { this.#tell("There is no QR code in the chat now. Enable Multi-Factor Authentication on the Home tab first."); return; }
    const picture = await fetch(`/page/file/${encodeURIComponent(newest.slack_file.id)}?user=${encodeURIComponent(this.#user)}`);
    if (!picture.ok) { this.#tell("The picture in the chat cannot be seen."); return; }
    await this.#ask("POST", "/phone/scan", await picture.arrayBuffer(), "image/png", (answer) => `Added ${answer.label}.`);
  }

  async #type(form) {
    const fields = Object.fromEntries(new FormData(form));
    const added = await this.#ask("POST", "/phone/key", JSON.stringify(fields), "application/json", (answer) => `Added ${answer.label}.`);
    if (added) { form.reset(); this.#typing = false; this.draw(); }
  }

  async #copy(account) {
    try {
      await navigator.clipboard.writeText(account.code);
      this.#tell("Copied.");
    } catch {
      this.#root.querySelector(`#code-${CSS.escape(account.id)}`).focus();
      this.#tell("Selected: copy it with your keyboard.");
    }
  }

  async #remove(account, name) {
    const sure = await ask({ title: "Remove account?", text: `${name} will be gone from this phone, and it cannot make codes for it any more.`,
      confirm: "Remove", deny: "Keep", danger: true });
    if (sure) await this.#ask("DELETE", `/phone/${encodeURIComponent(account.id)}`, undefined, undefined, () => `Removed ${name}.`);
  }

  async #ask(method, path, body, type, done) {
    const headers = type ? { "Content-Type": type } : {};
    try {
      const response = await fetch(`${path}?user=${encodeURIComponent(this.#user)}`, { method, body, headers });
      const answer = await response.json().catch(() => ({ ok: false, error: `The phone answered ${response.status}.` }));
      this.#tell(answer.ok ? done(answer) : answer.error);
      await this.look();
      return answer.ok;
    } catch {
      this.#tell("The sandbox does not answer.");
      return false;
    }
  }
}

const ring = (account) => h("span", { class: "ring", "data-ring": account.id, "aria-hidden": "true" });
const spaced = (code) => code.replace(/^(\d{3,4})(\d{3,4})$/, "$1 $2");

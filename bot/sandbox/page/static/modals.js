// Modals: a stack a person, of which the top one shows. They lie over the chat only, so that the phone beside it can
// be used meanwhile; the chat under them is inert, Tab stays inside, Escape closes.
import { fill, h, keepTab } from "./dom.js";
import { drawBlocks } from "./blocks.js";
import { valueOf } from "./elements.js";
import { words } from "./text.js";

export class Modals {
  #root;
  #under;
  #app;
  #missing = new Map(); // what this page found wrong before it sent anything: view id -> {block_id: text}
  #told = new Map();    // errors that have had the focus already, by view id
  #back = null;         // what had the focus before the first modal opened

  /** *root* holds the dialogs, *under* lies below them, *app* is `{act, ctx, say}`. */
  constructor(root, under, app) {
    this.#root = root;
    this.#under = under;
    this.#app = app;
  }

  draw(views) {
    const top = views.at(-1);
    const inside = this.#root.contains(document.activeElement);
    if (top && !this.#under.inert) this.#back = document.activeElement;
    fill(this.#root, views.map((view, depth) => this.#dialog(view, depth)));
    for (const dialog of this.#root.children) dialog.key === top.id ? dialog.show() : dialog.close();
    this.#under.inert = Boolean(top);
    if (top) this.#settle(this.#root.lastElementChild, top, inside);
    else if (this.#back) this.#giveBack();
  }

  #dialog(view, depth) {
    const errors = { ...view.errors, ...this.#missing.get(view.id) };
    const id = `view-${view.id}`;
    const ctx = this.#app.ctx({ id, errors, act: (part, block, value) => this.#app.act({
      do: "click", view_id: view.id, action_id: part.action_id, block_id: block.block_id, value }) });
    const close = () => this.#app.act({ do: "close", view_id: view.id });
    const closeWord = words(view.close) || "Close";
    return h("dialog", { key: view.id, class: "modal", "aria-labelledby": `${id}-title`, onkeydown: (event) => {
      if (event.key === "Escape") { event.preventDefault(); close(); }
      keepTab(event.currentTarget, event);
    } },
      h("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.#submit(event.currentTarget, view, ctx); } },
        h("header", {},
          h("h2", { id: `${id}-title`, tabindex: "-1" }, words(view.title)),
          h("button", { type: "button", class: "plain cross", "aria-label": depth ? "Back" : "Close dialog", onclick: close }, depth ? "←" : "×")),
        h("div", { class: "body" }, drawBlocks(view.blocks, ctx)),
        (view.submit || view.close) && h("footer", {},
          h("button", { key: closeWord, type: "button", class: "button", onclick: close }, closeWord),
          // A button of its own for each label: a second press meant for the old one never lands on the new one.
          view.submit && h("button", { key: words(view.submit), type: "submit", class: "button primary" }, words(view.submit)))));
  }

  async #submit(form, view, ctx) {
    if (form.getAttribute("aria-busy") === "true") return;
    const inputs = view.blocks.filter((block) => block.type === "input");
    const values = {};
    const missing = {};
    for (const block of inputs) {
      const value = valueOf(block, ctx);
      values[block.block_id] = { [block.element.action_id]: value };
      const shortest = block.element.min_length ?? 0;
      if (!block.optional && (value === null)) missing[block.block_id] = "Please complete this required field.";
      else if (value !== null && value.length < shortest) missing[block.block_id] = `At least ${shortest} characters, please.`;
    }
    this.#missing.set(view.id, missing);
    this.#told.delete(view.id);
    if (Object.keys(missing).length) { this.#app.redraw(); return; }
    form.setAttribute("aria-busy", "true");
    try { await this.#app.act({ do: "submit", view_id: view.id, values }); } finally { form.removeAttribute("aria-busy"); }
  }

  /** Put the focus where it belongs after *view* was drawn, and leave it alone where somebody is working. */
  #settle(dialog, view, wasInside) {
    const errors = { ...view.errors, ...this.#missing.get(view.id) };
    const news = JSON.stringify(errors);
    const wrong = dialog.querySelector("[aria-invalid=true]");
    if (wrong && this.#told.get(view.id) !== news) {
      (wrong.matches("fieldset") ? wrong.querySelector("input") : wrong).focus();
    } else if (!dialog.seen || (wasInside && !dialog.contains(document.activeElement))) {
      (dialog.querySelector("[data-focus]") ?? dialog.querySelector("h2")).focus();
    }
    this.#told.set(view.id, news);
    dialog.seen = true;
  }

  #giveBack() {
    const lost = document.activeElement === document.body || document.activeElement === null;
    if (lost && this.#back.isConnected) this.#back.focus();
    if (lost && document.activeElement === document.body) this.#app.home();
    this.#back = null;
  }
}

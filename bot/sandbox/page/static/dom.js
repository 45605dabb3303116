// Elements, and how a new picture of them is laid over the old one without disturbing what somebody is typing.
//
// Every view is drawn anew for each state; `morph` then changes the page only where the two differ. What a person put
// into a field, the focus, the scroll position and open menus belong to the old element and stay.

/**
 * Make an element.
 * @param {string} tag
 * @param {object} props  `key` names it among its siblings; `vars` are CSS variables; functions are handlers
 *   (`onclick`); true and false set and leave out an attribute; everything else is an attribute.
 * @param {...(Node|string|null|undefined|false|Array)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  element.handlers = {};
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "key") element.key = String(value);
    else if (name === "vars") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (typeof value === "function") { element[name] = value; element.handlers[name] = value; }
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// The page's, not the drawing's: what is open, and what was typed or chosen.
const OWN = new Set(["open", "value", "checked", "selected", "inert", "aria-busy"]);

/** Make the children of *parent* look like *drawn* (an array of nodes). */
export function fill(parent, drawn) {
  const wanted = drawn.flat(Infinity).filter(Boolean).map((node) => (typeof node === "string" ? new Text(node) : node));
  const pairs = match([...parent.childNodes], wanted);
  const kept = new Set(pairs.values());
  for (const node of [...parent.childNodes]) if (!kept.has(node)) node.remove();
  let at = parent.firstChild;
  for (const node of wanted) {
    const old = pairs.get(node);
    if (old === undefined) { parent.insertBefore(node, at); continue; }
    if (old === at) at = at.nextSibling;
    else parent.insertBefore(old, at);
    morph(old, node);
  }
}

/** Pair each wanted node with the old one that it continues: the same key, or the next of its kind without a key. */
function match(old, wanted) {
  const keyed = new Map();
  const rest = new Map();
  for (const node of old) {
    if (node.key !== undefined) keyed.set(kind(node) + node.key, node);
    else rest.set(kind(node), [...(rest.get(kind(node)) ?? []), node]);
  }
  const pairs = new Map();
  for (const node of wanted) {
    const found = node.key === undefined ? rest.get(kind(node))?.shift() : keyed.get(kind(node) + node.key);
    if (found !== undefined) pairs.set(node, found);
  }
  return pairs;
}

const kind = (node) => `${node.nodeName} ${node.type ?? ""} `;

function morph(old, drawn) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== drawn.data) old.data = drawn.data;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (!OWN.has(name) && !drawn.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of drawn.attributes) {
    if (OWN.has(name) || old.getAttribute(name) === value) continue;
    if (name === "style") old.style.cssText = value;
    else old.setAttribute(name, value);
  }
  for (const name of Object.keys(old.handlers ?? {})) if (!(name in drawn.handlers)) old[name] = null;
  Object.assign(old, drawn.handlers);
  old.handlers = drawn.handlers;
  if (!["INPUT", "TEXTAREA"].includes(old.nodeName)) fill(old, [...drawn.childNodes]);
}

/**
 * Whether a mouse button, pen or finger is down on something that acts when it is let go. Were the page to change just
 * then, what moves away or goes would not be pressed at all.
 */
export class Press {
  held = false;
  #over;
  #ending;

  /** *over* is called when the press has had its effect, or came to nothing. */
  constructor(over) {
    this.#over = over;
    addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button !== 0 || !event.target.closest("a, button, label")) { this.#end(0); return; }
      clearTimeout(this.#ending);
      this.held = true;
    });
    // A mouse's click is part of pointerup; a finger's comes a little later.
    addEventListener("pointerup", (event) => this.#end(event.pointerType === "mouse" ? 0 : TAP_MS));
    for (const nothing of ["pointercancel", "blur"]) addEventListener(nothing, () => this.#end(0));
  }

  #end(within) {
    if (!this.held) return;
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => { this.held = false; this.#over(); }, within);
  }
}

const TAP_MS = 50;

/** What can be reached with Tab inside *root*, in order; of radio buttons of one name, the one that Tab reaches. */
export function focusable(root) {
  const found = root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  return [...found].filter((element) => !element.disabled && !element.closest("[inert]") && element.checkVisibility()
    && !(element.type === "radio" && !element.checked && root.querySelector(`input[name="${CSS.escape(element.name)}"]:checked`)));
}

/** Keep Tab inside *root*, whose last element is followed by its first. */
export function keepTab(root, event) {
  if (event.key !== "Tab") return;
  const stops = focusable(root);
  const [from, to] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  const outside = !stops.includes(document.activeElement);
  if (document.activeElement !== from && !outside) return;
  event.preventDefault();
  to?.focus();
}

/** Ask a question that must be answered first; resolves to true when it is confirmed. */
export function ask({ title, text, confirm, deny, danger }) {
  return new Promise((resolve) => {
    const close = (answer) => { dialog.close(); dialog.remove(); resolve(answer); };
    const dialog = h("dialog", { class: "modal ask", role: "alertdialog", "aria-labelledby": "ask-title", "aria-describedby": "ask-text",
      oncancel: (event) => { event.preventDefault(); close(false); }, onkeydown: (event) => keepTab(dialog, event) },
      h("header", {}, h("h2", { id: "ask-title" }, title)),
      h("div", { class: "body", id: "ask-text" }, text),
      h("footer", {},
        h("button", { type: "button", class: "button", onclick: () => close(false) }, deny),
        h("button", { type: "button", class: `button ${danger ? "danger" : "primary"}`, autofocus: true, onclick: () => close(true) }, confirm)));
    document.body.append(dialog);
    dialog.showModal();
  });
}

// Interactive elements, and what a person has put into them.
import { ask, h } from "./dom.js";
import { complaint, text, words } from "./text.js";

const ELEMENTS = { button, checkboxes, plain_text_input, radio_buttons, static_select, users_select };
/** Elements that an input block can hold. */
export const INTERACTIVE = new Set(["checkboxes", "plain_text_input", "radio_buttons", "static_select", "users_select"]);
/** Of these, the ones made of several controls, which a legend names. */
export const BOXED = new Set(["checkboxes", "radio_buttons"]);

/** Draw *part*; *field* says how it hangs together with its label, for an element of an input block. */
export function element(part, block, ctx, field = null) {
  const draw = Object.hasOwn(ELEMENTS, part.type) ? ELEMENTS[part.type] : null;
  const drawn = draw ? draw(part, block, ctx, field) : complaint(`an element of type "${part.type}"`);
  drawn.key = `${part.type} ${meaning(part)}`;
  return drawn;
}

/** What using *part* means to the app: two buttons of one action differ in what they are about. */
export const meaning = (part) => `${part.action_id} ${part.value ?? ""}`;

export const domId = (ctx, block, part) => `${ctx.id}-${block.block_id}-${part.action_id}`.replace(/[^\w-]/g, "_");

/**
 * What is in the input *block* on this page now, as the interaction sends it: a string, for checkboxes with
 * commas between the values; null for nothing.
 */
export function valueOf(block, ctx) {
  const root = document.getElementById(domId(ctx, block, block.element));
  const chosen = () => [...root.querySelectorAll("input:checked")].map((box) => box.value);
  if (block.element.type === "checkboxes") return chosen().join(",") || null;
  if (block.element.type === "radio_buttons") return chosen()[0] ?? null;
  return root.value === "" ? null : root.value;
}

function button(part, block, ctx) {
  const press = async (event) => {
    const pressed = event.currentTarget;
    if (pressed.getAttribute("aria-busy") === "true") return;
    if (part.confirm && !(await confirmed(part.confirm))) return;
    if (part.url && /^https?:\/\//.test(part.url)) window.open(part.url, "_blank", "noopener");
    pressed.setAttribute("aria-busy", "true");
    try { await ctx.act(part, block, part.value ?? null); } finally { pressed.removeAttribute("aria-busy"); }
  };
  return h("button", { type: "button", class: `button ${part.style ?? ""}`, "aria-label": part.accessibility_label, onclick: press },
    text(part.text, ctx.people));
}

function confirmed({ title, text: question, confirm, deny, style }) {
  return ask({ title: words(title), text: words(question), confirm: words(confirm), deny: words(deny), danger: style === "danger" });
}

function plain_text_input(part, block, ctx, field) {
  const when = part.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const dispatch = block.dispatch_action && ((event) => ctx.act(part, block, event.currentTarget.value));
  const onEnter = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    dispatch(event);
  };
  return h(part.multiline ? "textarea" : "input", {
    ...hung(field), type: part.multiline ? undefined : "text", placeholder: words(part.placeholder) || undefined, autocomplete: "off",
    value: part.multiline ? undefined : part.initial_value, maxlength: part.max_length, rows: part.multiline ? 3 : undefined,
    spellcheck: "false", "data-focus": part.focus_on_load,
    onkeydown: dispatch && when.includes("on_enter_pressed") ? onEnter : undefined,
    oninput: dispatch && when.includes("on_character_entered") ? dispatch : undefined,
  }, part.multiline ? part.initial_value : null);
}

function static_select(part, block, ctx, field) {
  const option = (choice) => h("option", { value: choice.value, selected: choice.value === part.initial_option?.value }, words(choice.text));
  const groups = part.option_groups?.map((group) => h("optgroup", { label: words(group.label) }, group.options.map(option)));
  return menu(part, block, ctx, field, groups ?? part.options.map(option), part.initial_option);
}

/** Everybody is offered, guests, bots and deactivated people too, as Slack does: the bot has to look. */
function users_select(part, block, ctx, field) {
  const options = [...ctx.people.values()].map((person) => h("option", { value: person.id, selected: person.id === part.initial_user },
    `${person.real_name || person.name} (${person.role})`));
  return menu(part, block, ctx, field, options, part.initial_user);
}

function menu(part, block, ctx, field, options, initial) {
  const placeholder = words(part.placeholder) || "Choose";
  return h("select", { ...hung(field), "aria-label": field ? undefined : placeholder, "data-focus": part.focus_on_load,
    onchange: changes(part, block, ctx, field, (select) => select.value) },
    !initial && h("option", { key: "none", value: "", selected: true, disabled: Boolean(field?.required) }, placeholder), options);
}

function radio_buttons(part, block, ctx, field) {
  return boxes("radio", part, block, ctx, field, [part.initial_option?.value], (box) => box.querySelector("input:checked")?.value ?? null);
}

function checkboxes(part, block, ctx, field) {
  const all = (box) => [...box.querySelectorAll("input:checked")].map((one) => one.value).join(",") || null;
  return boxes("checkbox", part, block, ctx, field, (part.initial_options ?? []).map((option) => option.value), all);
}

function boxes(type, part, block, ctx, field, initial, read) {
  const id = domId(ctx, block, part);
  return h("div", { class: "boxes", id, role: field ? undefined : "group", onchange: changes(part, block, ctx, field, read) },
    part.options.map((option, index) => h("label", { class: "box" },
      h("input", { type, name: id, value: option.value, checked: initial.includes(option.value),
        "data-focus": part.focus_on_load && index === 0, "aria-describedby": option.description ? `${id}-${index}` : undefined }),
      h("span", {}, text(option.text, ctx.people),
        option.description && h("span", { class: "hint", id: `${id}-${index}` }, text(option.description, ctx.people))))));
}

/** Inside an input block a choice waits for the submit, unless the block dispatches; elsewhere it acts at once. */
function changes(part, block, ctx, field, read) {
  if (field && !block.dispatch_action) return undefined;
  return (event) => ctx.act(part, block, read(event.currentTarget));
}

function hung(field) {
  if (!field) return {};
  return { id: field.id, "aria-describedby": field.describedby, "aria-invalid": field.invalid ? "true" : undefined,
    "aria-required": field.required ? "true" : undefined };
}

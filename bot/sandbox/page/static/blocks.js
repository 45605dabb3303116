// Blocks to elements: one function a type. What a block does goes through `ctx`:
//   ctx.id       unique prefix of DOM ids on this page
//   ctx.people   Map of people by id
//   ctx.user     whose screen this is
//   ctx.errors   texts under inputs, by block_id
//   ctx.act(element, block, value)   somebody pressed or chose something
import { h } from "./dom.js";
import { complaint, text, words } from "./text.js";
import { BOXED, INTERACTIVE, domId, element, meaning } from "./elements.js";

const BLOCKS = { actions, context, divider, header, image, input, section, table };

/** Draw *blocks*; an unknown type leaves a complaint in its place. */
export function drawBlocks(blocks, ctx) {
  const seen = new Map();
  return (blocks ?? []).map((block) => {
    const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : null;
    const drawn = draw ? draw(block, ctx) : h("div", {}, complaint(`a block of type "${block.type}"`));
    drawn.classList.add("block", `block-${draw ? block.type : "unknown"}`);
    const name = `${block.type} ${named(block)}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    drawn.key = `${name} ${seen.get(name)}`;
    return drawn;
  });
}

/**
 * By what a block is known again in the next version: what can be done in it, and nothing where it only says something.
 * Its block_id will not do, since each version brings new ones (SR15), and what somebody is pressing would be replaced;
 * an input's is the app's own, and by it what was typed stays (SR33).
 */
function named(block) {
  if (block.type === "input") return block.block_id;
  const first = [block.accessory, ...(block.elements ?? [])].find((part) => part?.action_id);
  return first ? meaning(first) : "";
}

function section(block, ctx) {
  return h("div", {},
    h("div", { class: "words" },
      block.text && h("div", {}, text(block.text, ctx.people)),
      block.fields && h("div", { class: "fields" }, block.fields.map((field) => h("div", {}, text(field, ctx.people))))),
    block.accessory && h("div", { class: "accessory" }, element(block.accessory, block, ctx)));
}

function header(block, ctx) {
  return h("h3", {}, text(block.text, ctx.people));
}

function context(block, ctx) {
  return h("div", {}, block.elements.map((part) => (part.type === "image"
    ? picture(part, ctx, "small") : h("p", {}, text(part, ctx.people)))));
}

function divider() {
  return h("hr");
}

function actions(block, ctx) {
  return h("div", {}, block.elements.map((part) => element(part, block, ctx)));
}

function image(block, ctx) {
  return h("figure", {},
    block.title && h("figcaption", {}, text(block.title, ctx.people)),
    picture(block, ctx, "large"));
}

/** A file of the workspace. Pictures from elsewhere are no way to show a secret, and this page loads none. */
function picture(part, ctx, size) {
  const file = part.slack_file?.id;
  if (!file) return complaint("a picture that is no file of this workspace");
  const src = `/page/file/${encodeURIComponent(file)}?user=${encodeURIComponent(ctx.user)}`;
  return h("img", { key: src, class: size, src, alt: part.alt_text });
}

function input(block, ctx) {
  const part = block.element;
  if (!INTERACTIVE.has(part.type)) return h("div", {}, element(part, block, ctx));
  const id = domId(ctx, block, part);
  const error = ctx.errors?.[block.block_id];
  const notes = [error && `${id}-error`, block.hint && `${id}-hint`].filter(Boolean).join(" ") || undefined;
  const asked = [words(block.label), block.optional && h("span", { class: "optional" }, " (optional)")];
  const told = [
    error && h("p", { key: "error", class: "error", id: `${id}-error` }, error),
    block.hint && h("p", { key: "hint", class: "hint", id: `${id}-hint` }, text(block.hint, ctx.people)),
  ];
  const control = element(part, block, ctx, { id, describedby: notes, invalid: Boolean(error), required: !block.optional });
  if (BOXED.has(part.type)) {
    return h("fieldset", { "aria-describedby": notes, "aria-invalid": error ? "true" : undefined }, h("legend", {}, asked), control, told);
  }
  return h("div", {}, h("label", { for: id }, asked), control, told);
}

function table(block, ctx) {
  const looks = block.column_settings ?? [];
  const cell = (tag) => (part, column) => h(tag, {
    class: [looks[column]?.align && `to-${looks[column].align}`, looks[column]?.is_wrapped && "wrapped"].filter(Boolean).join(" ") || undefined,
    scope: tag === "th" ? "col" : undefined,
  }, part.type === "raw_text" ? part.text : complaint(`a table cell of type "${part.type}"`));
  const [first, ...rows] = block.rows;
  return h("div", { role: "group", "aria-label": "Table", tabindex: "0" }, h("table", {},
    h("thead", {}, h("tr", {}, first.map(cell("th")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell("td")))))));
}

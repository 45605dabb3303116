// What Slack demands and the comments of @slack/types do not say. Each entry names its source:
//   docs     https://docs.slack.dev/reference/<path>
//   answer   a message that Slack's API gives, in `response_metadata.messages` of an `invalid_blocks`
//   SDK      a comment in another of Slack's own SDKs
//   reported by others who checked payloads against Slack; stricter than the docs at worst
// An entry whose place is gone after an update of @slack/types is an error of make_schema.mjs.

const NONE_EMPTY = { minLength: 1 }; // answer: "must be more than 0 characters"
const SOME = { minItems: 1 }; // answer: "no less than 1 items allowed"

/** Keywords added to a property, wherever a definition has one of that name. */
export const everywhere = {
  block_id: NONE_EMPTY,
  action_id: NONE_EMPTY,
  alt_text: NONE_EMPTY,
  image_url: { ...NONE_EMPTY, maxLength: 3000 }, // docs: block-kit/blocks/image-block, block-elements/image-element
  options: SOME,
  option_groups: SOME,
  fields: SOME,
};

/**
 * Keywords added at Definition, Definition.property, or Definition.property[] for the items of an array, and so on.
 * The keyword `text` goes to the `text` of the text object there.
 */
export const places = {
  "ActionsBlock.elements": SOME,
  "ContextBlock.elements": SOME,
  "ContextActionsBlock.elements": SOME,
  "RichTextBlock.elements": SOME,
  "TableBlock.rows": SOME,
  "TableBlock.rows[]": SOME,
  "DataTableBlock.rows[]": { minItems: 1, maxItems: 20 }, // reported: 1 to 20 columns
  // docs: block-kit/blocks/data-table-block: the header and 1 to 100 rows
  "DataTableBlock.rows": { minItems: 2, maxItems: 101 },
  "DataTableBlock.page_size": { type: "integer" },
  // docs: block-kit/blocks/section-block: "Required if no `text` is provided"; both together are fine.
  SectionBlock: { anyOf: [{ required: ["text"] }, { required: ["fields"] }] },
  // docs: block-kit/block-elements/plain-text-input-element: 0 to 3000 and 1 to 3000, whole numbers
  "PlainTextInput.min_length": { type: "integer", minimum: 0, maximum: 3000 },
  "PlainTextInput.max_length": { type: "integer", minimum: 1, maximum: 3000 },
  // docs: block-kit/block-elements/select-menu-element, multi-select-menus-element: one of the two, never both
  StaticSelect: { oneOf: [{ required: ["options"] }, { required: ["option_groups"] }] },
  MultiStaticSelect: { oneOf: [{ required: ["options"] }, { required: ["option_groups"] }] },
  // docs: block-kit/composition-objects/option-group-object; the selects' types repeat it without its comments
  ...Object.fromEntries(
    ["StaticSelect", "MultiStaticSelect"].flatMap((name) => [
      [`${name}.option_groups[].label`, { text: { maxLength: 75 } }],
      [`${name}.option_groups[].options`, { minItems: 1, maxItems: 100 }],
    ]),
  ),
  "AlertBlock.text": { text: { maxLength: 200 } }, // SDK: AlertBlock of slackapi/java-slack-sdk
  // docs: block-kit/composition-objects/option-object: `value` is required; the types leave it out for legacy's sake
  Option: { required: ["text", "value"] },
  PlainTextOption: { required: ["text", "value"] },
  // docs: block-kit/composition-objects/confirmation-dialog-object: all four are required
  ConfirmationDialog: { required: ["confirm", "deny", "text", "title"] },
  // docs: block-kit/composition-objects/dispatch-action-configuration-object: "one or both of"
  "DispatchActionConfig.trigger_actions_on": { minItems: 1, uniqueItems: true },
  // docs: block-kit/blocks/file-block: `source` is always `remote`
  "FileBlock.source": { enum: ["remote"] },
  // docs: block-kit/blocks/card-block: "At least one of ... must be provided"
  CardBlock: { anyOf: ["hero_image", "title", "actions", "body"].map((name) => ({ required: [name] })) },
  // docs: block-kit/blocks/container-block: "One of `title` or `rich_text_title` is required"
  ContainerBlock: { anyOf: [{ required: ["title"] }, { required: ["rich_text_title"] }] },
};

/** Blocks on each surface at most. docs: block-kit/blocks */
export const blockCounts = { message: 50, modal: 100, home: 100 };

// docs: https://docs.slack.dev/blocks.json, "available-in-surfaces". Left out although listed there, because clients
// have been reported not to draw them: card in a modal; table and data_table on the Home tab.
// `file` stands nowhere: an app cannot send it (docs: block-kit/blocks/file-block).
const ANYWHERE = ["message", "modal", "home"];
export const blockSurfaces = {
  actions: ANYWHERE,
  alert: ["modal"],
  card: ["message", "home"],
  carousel: ["message", "home"],
  container: ["message"],
  context: ANYWHERE,
  context_actions: ["message"],
  data_table: ["message"],
  divider: ANYWHERE,
  file: [],
  header: ANYWHERE,
  image: ANYWHERE,
  input: ANYWHERE,
  markdown: ["message"],
  plan: ["message"],
  rich_text: ANYWHERE,
  section: ANYWHERE,
  table: ["message"],
  task_card: ["message"],
  video: ANYWHERE,
};

/** Elements that not every surface takes. docs: block-kit/block-elements/*, "available_in_surfaces" */
export const elementSurfaces = {
  datetimepicker: ["message", "modal"],
  email_text_input: ["modal"],
  feedback_buttons: ["message"],
  file_input: ["modal"],
  icon_button: ["message"],
  number_input: ["modal"],
  rich_text_input: ["modal", "home"],
  url_text_input: ["modal"],
  workflow_button: ["message"],
};

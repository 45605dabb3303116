// Reads the limits that @slack/types states only in its comments.
//
// A comment with a number and a word of limitation ("maximum", "up to", ...) that no pattern below takes is an error:
// when Slack words a comment anew, the limit must not get lost in silence.

const N = "([\\d,]+)";
const OF_TEXT = "(?:for (?:this field|the text (?:in this field|within this field|field in this object)) is|of|is)";

// [kind, pattern, keywords by capture]: the kind says to what the limit applies.
//   text    a string, or the `text` of a text object
//   items   the number of elements of an array
//   nested  the number of elements of each array inside an array
//   each    the `text` of each text object inside an array
//   number  a number's value
const PATTERNS = [
  ["each", `maximum length for the text in each item is ${N} characters`, ["maxLength"]],
  ["text", `minimum length ${OF_TEXT} ${N} and maximum length is ${N} characters`, ["minLength", "maxLength"]],
  ["text", `minimum length is ${N} character\\b`, ["minLength"]],
  ["text", `max(?:imum)? length ${OF_TEXT} ${N} characters`, ["maxLength"]],
  ["text", `limit ${N} characters max`, ["maxLength"]],
  ["text", `must be less than ${N} characters`, ["exclusiveMaxLength"]],
  ["nested", `max of ${N} table cells`, ["maxItems"]],
  ["items", `minimum ${N}, maximum ${N} cards`, ["minItems", "maxItems"]],
  ["items", `maximum number of (?:items|options|option groups) is ${N}`, ["maxItems"]],
  ["items", `max(?:imum)?(?: of)? ${N} (?:items|blocks|options|rows|elements)`, ["maxItems"]],
  ["items", `up to ${N} `, ["maxItems"]],
  ["number", `must be between ${N} and ${N}`, ["minimum", "maximum"]],
  ["number", `min(?:imum of)? ${N}, max(?:imum of)? ${N}`, ["minimum", "maximum"]],
  ["number", `number from ${N} \\(default\\) to ${N}`, ["minimum", "maximum"]],
  ["number", `minimum number is ${N}`, ["minimum"]],
  ["number", `maximum value is ${N}`, ["maximum"]],
].map(([kind, pattern, keywords]) => [kind, new RegExp(pattern, "g"), keywords]);

const LIMITATION = /\b(?:min|max|minimum|maximum|limit|less than|more than|at most|at least|up to|between)\b[^.]*?\d/;

/** Plain words of a comment: no links, no back ticks, one line, lower case. */
function words(comment) {
  return comment
    .replace(/\{@link\s+([^}\s]+)([^}]*)\}/g, (_, target, label) => label.trim() || target)
    .replace(/https?:\/\/\S+/g, "")
    .replaceAll("`", "")
    .replace(/\s+/g, " ")
    .toLowerCase();
}

/**
 * Returns the limits in *comment* as {kind: {keyword: number}}.
 *
 * Throws where the comment speaks of a limit that is not understood; *where* names it.
 */
export function limits(comment, where) {
  let rest = words(comment);
  const found = {};
  for (const [kind, pattern, keywords] of PATTERNS) {
    rest = rest.replace(pattern, (_, ...captures) => {
      keywords.forEach((keyword, i) => {
        const number = Number(captures[i].replaceAll(",", ""));
        const [name, value] = keyword === "exclusiveMaxLength" ? ["maxLength", number - 1] : [keyword, number];
        (found[kind] ??= {})[name] = value;
      });
      return "";
    });
  }
  if (LIMITATION.test(rest)) throw new Error(`${where}: a limit that no pattern takes: ${rest}`);
  return found;
}

// Turns the generator's schema into one that is small and whose faults name the right block.

import { limits } from "./comments.mjs";

const refName = (schema) => schema.$ref?.replace("#/definitions/", "");
const toRef = (name) => ({ $ref: `#/definitions/${name}` });

const resolved = (schema, definitions) => (refName(schema) ? definitions[refName(schema)] : schema);
const typeOf = (schema, definitions) => resolved(schema, definitions).properties?.type?.const;
const isOpen = (schema) => schema.type === "object" && !schema.$ref && schema.additionalProperties !== false;

/** The members of a union, through references to other unions; anything else is its own only member. */
function members(schema, definitions) {
  const target = resolved(schema, definitions);
  if (!target.anyOf) return [schema];
  return target.anyOf.flatMap((member) => members(member, definitions));
}

/** Objects that differ in a key or two ({image_url} or {slack_file}) as one object with "exactly one of". */
function merged(objects) {
  const properties = {};
  for (const object of objects) {
    for (const [name, schema] of Object.entries(object.properties)) {
      const known = properties[name]?.anyOf ?? (properties[name] ? [properties[name]] : []);
      if (known.some((other) => JSON.stringify(other) === JSON.stringify(schema))) continue;
      // The comment of the first member stands for all: it carries the limit.
      properties[name] = known.length
        ? { description: known[0].description, anyOf: [...known, schema] }
        : schema;
    }
  }
  const common = objects[0].required.filter((name) => objects.every((object) => object.required.includes(name)));
  const alternatives = objects.map((object) => object.required.filter((name) => !common.includes(name)));
  const result = { type: "object", additionalProperties: false, properties, required: common };
  if (alternatives.some((names) => names.length)) result.oneOf = alternatives.map((required) => ({ required }));
  return result;
}

/** A union told apart by `type`: a fault is then reported for the member meant, not for all of them. */
function byType(list, definitions) {
  return {
    type: "object",
    required: ["type"],
    properties: { type: { enum: list.map((member) => typeOf(member, definitions)) } },
    allOf: list.map((member) => ({
      if: { type: "object", required: ["type"], properties: { type: { const: typeOf(member, definitions) } } },
      then: member,
    })),
  };
}

function union(schema, definitions, where) {
  let list = members(schema, definitions);
  // Record<string, unknown> beside known members would accept anything.
  if (list.length > 1) list = list.filter((member) => !isOpen(resolved(member, definitions)));
  list = [...new Map(list.map((member) => [refName(member) ?? JSON.stringify(member), member])).values()];
  if (list.length === 1) return list[0];
  const types = new Set(list.map((member) => typeOf(member, definitions)));
  if (types.size === list.length && !types.has(undefined)) return byType(list, definitions);
  if (types.size === 1) return merged(list.map((member) => resolved(member, definitions)));
  throw new Error(`${where}: a union that neither \`type\` nor a key tells apart`);
}

/** A property's schema with the limits of its comment. */
function limited(schema, comment, definitions, where) {
  const result = { ...schema };
  const within = { properties: { text: {} } };
  for (const [kind, keywords] of Object.entries(limits(comment, where))) {
    const isString = result.type === "string";
    if (kind === "text" && isString) Object.assign(result, keywords);
    else if (kind === "text") Object.assign(within.properties.text, keywords);
    else if (kind === "items" && result.type === "array") Object.assign(result, keywords);
    else if (kind === "nested" && result.items?.type === "array") result.items = { ...result.items, ...keywords };
    else if (kind === "each") result.items = { allOf: [result.items, { properties: { text: keywords } }] };
    else if (kind === "number" && result.type === "number") Object.assign(result, { type: "integer" }, keywords);
    else throw new Error(`${where}: a limit for "${kind}" where there is none`);
  }
  return Object.keys(within.properties.text).length ? { allOf: [result, within] } : result;
}

/** The schema without comments, unions told apart, limits applied; recursive. */
function shaped(schema, definitions, where) {
  const { description, anyOf, properties, items, ...rest } = schema;
  for (const annotation of ["deprecated", "examples", "default"]) delete rest[annotation];
  if (anyOf) return shaped(union(schema, definitions, where), definitions, where);
  const result = { ...rest };
  if (rest.allOf) {
    result.allOf = rest.allOf.map((part) => (part.then ? { ...part, then: shaped(part.then, definitions, where) } : part));
  }
  if (typeof rest.const === "string" || rest.enum) delete result.type;
  if (items) result.items = shaped(items, definitions, where);
  if (properties) {
    result.properties = Object.fromEntries(
      Object.keys(properties)
        .sort()
        .map((name) => {
          const at = `${where}.${name}`;
          const inner = shaped(properties[name], definitions, at);
          return [name, name === "type" ? inner : limited(inner, properties[name].description ?? "", definitions, at)];
        }),
    );
  }
  return result;
}

function reachable(roots, definitions) {
  const seen = new Set();
  const visit = (schema) => {
    if (Array.isArray(schema)) return schema.forEach(visit);
    if (schema === null || typeof schema !== "object") return undefined;
    const name = typeof schema.$ref === "string" ? refName(schema) : undefined;
    if (name && !seen.has(name)) {
      seen.add(name);
      visit(definitions[name]);
    }
    return Object.values(schema).forEach(visit);
  };
  roots.forEach((root) => visit(toRef(root)));
  return seen;
}

/** Every definition that *roots* need, shaped, in alphabetical order. */
export function shape(generated, roots) {
  // The exported AnyBlock is "a known block, or any object with a type": only the known ones are wanted.
  const source = { ...generated, AnyBlock: toRef("KnownBlock") };
  for (const [name, { anyOf }] of Object.entries(source)) {
    const list = anyOf?.map((member) => resolved(member, source)) ?? [];
    const alike = list.length > 1 && list.every((member) => member.properties && !isOpen(member));
    if (alike && new Set(list.map((member) => typeOf(member, source))).size === 1) source[name] = merged(list);
  }
  const all = {};
  for (const name of Object.keys(source)) all[name] = shaped(source[name], source, name);
  const kept = reachable(roots, all);
  return Object.fromEntries([...kept].sort().map((name) => [name, all[name]]));
}

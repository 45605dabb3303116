// Makes schema.json, a JSON Schema (draft 7) of the blocks and views that Slack takes, from the pinned @slack/types.
//
//   node bot/sandbox/blocks/make_schema.mjs [FILE]      (default: schema.json beside this script)
//
// The packages are installed from package-lock.json into a temporary directory and removed again. Exits with 3 where
// they cannot be had, with 1 where @slack/types says something that the script does not understand.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { blockCounts, blockSurfaces, elementSurfaces, everywhere, places } from "./overlay.mjs";
import { shape } from "./shape.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const ROOTS = ["KnownBlock", "ModalView", "HomeView"];
const NO_PACKAGES = 3;

function install(directory) {
  for (const name of ["package.json", "package-lock.json"]) cpSync(join(here, name), join(directory, name));
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", ["ci", ...options], { cwd: directory, stdio: ["ignore", "ignore", "inherit"] });
  if (npm.status !== 0) {
    console.error("npm cannot install what make_schema.mjs needs");
    process.exitCode = NO_PACKAGES;
    return false;
  }
  return true;
}

async function generated(directory) {
  const require = createRequire(join(directory, "package.json"));
  const { createGenerator } = await import(pathToFileURL(require.resolve("ts-json-schema-generator")));
  const entry = join(directory, "entry.ts");
  writeFileSync(
    entry,
    `import type { ${ROOTS.join(", ")} } from "@slack/types";\n` +
      ROOTS.map((root) => `export type Root${root} = ${root};\n`).join(""),
  );
  return createGenerator({ path: entry, skipTypeCheck: true, topRef: false }).createSchema("*").definitions;
}

/** The schema at a place like `Definition.property[].property`; undefined where there is none. */
function found(definitions, place) {
  const [name, ...properties] = place.split(".");
  return properties.reduce((schema, property) => {
    const inner = schema?.properties?.[property.replace("[]", "")];
    return property.endsWith("[]") ? inner?.items : inner;
  }, definitions[name]);
}

/** Adds *keywords*, keeping whichever of two limits is the stricter. */
function tighten(schema, keywords) {
  for (const [keyword, value] of Object.entries(keywords)) {
    const known = schema[keyword];
    if (keyword === "text") {
      const { $ref, ...rest } = schema;
      if (!$ref || Object.keys(rest).length) throw new Error("overlay: `text` where there is no plain text object");
      delete schema.$ref;
      schema.allOf = [{ $ref }, { properties: { text: value } }];
    } else if (keyword === "required") schema.required = [...new Set([...(known ?? []), ...value])].sort();
    else if (typeof known === "number") schema[keyword] = Math[keyword.startsWith("max") ? "min" : "max"](known, value);
    else schema[keyword] = value;
  }
}

function overlaid(definitions) {
  const unused = new Set(Object.keys(everywhere));
  for (const definition of Object.values(definitions)) {
    for (const [name, keywords] of Object.entries(everywhere)) {
      const property = definition.properties?.[name];
      if (!property) continue;
      tighten(property, keywords);
      unused.delete(name);
    }
  }
  if (unused.size) throw new Error(`overlay: no definition has ${[...unused].join(", ")}`);
  for (const [place, keywords] of Object.entries(places)) {
    const target = found(definitions, place);
    if (!target) throw new Error(`overlay: ${place} is not there any more`);
    tighten(target, keywords);
  }
  const types = definitions.KnownBlock.properties.type.enum;
  const placed = Object.keys(blockSurfaces);
  const odd = [...types.filter((type) => !placed.includes(type)), ...placed.filter((type) => !types.includes(type))];
  if (odd.length) throw new Error(`overlay: on which surfaces, or no block any more: ${odd.join(", ")}`);
  return definitions;
}

/** JSON with a line for each definition: a change of @slack/types shows as a few changed lines. */
function written(head, definitions) {
  const line = ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
  const lines = (object) => Object.entries(object).map(line);
  return `{\n${lines(head).join(",\n")},\n"definitions": {\n${lines(definitions).join(",\n")}\n}\n}\n`;
}

const directory = mkdtempSync(join(tmpdir(), "block-schema-"));
try {
  if (install(directory)) {
    const { version } = JSON.parse(readFileSync(join(directory, "node_modules/@slack/types/package.json"), "utf8"));
    const { definitions, ...head } = {
      $schema: "http://json-schema.org/draft-07/schema#",
      $comment: `Made by make_schema.mjs from @slack/types ${version} and overlay.mjs; not to be edited.`,
      // Not keywords of JSON Schema: what depends on the surface, for check.py.
      blockCounts,
      blockSurfaces,
      elementSurfaces,
      definitions: overlaid(shape(await generated(directory), ROOTS)),
    };
    writeFileSync(process.argv[2] ?? join(here, "schema.json"), written(head, definitions));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import { makeOpenApi } from "../api/openapi.ts";
import { ROUTES } from "../api/routes.ts";

/**
 * Checks that the types of the client that our widgets use are what the route table gives; exits 1 when they are not.
 *
 * `--write`: puts them right. `--file`: another file than the one that the widgets use.
 */
const FILE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../dashboard/client/openapi.ts");
/** Parts of every such file that our document has nothing for. */
const EMPTY = /export type (webhooks|\$defs) = Record<string, never>;\n/g;
const HEAD = `/**
 * Types of our API, generated from its OpenAPI document: \`node scripts/check-client.ts --write\`.
 * Never edit this file.
 */

`;

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, file: { type: "string", default: FILE } },
});
const wanted = await generate();
if (values.write) await writeFile(values.file, wanted);
const isCurrent = (await readFile(values.file, "utf8").catch(() => "")) === wanted;
if (isCurrent) console.log(`the client is what ${ROUTES.length} routes give`);
else console.error("dashboard/client/openapi.ts is not what the routes give: node scripts/check-client.ts --write");
process.exitCode = isCurrent ? 0 : 1;

async function generate(): Promise<string> {
  const document = typesOnly(makeOpenApi(ROUTES, "0", "https://example.invalid"));
  const nodes = await openapiTypescript(document as OpenAPI3, {
    alphabetize: true,
    // What has a default is always there in an answer, where the schema says so itself, and need not be in a request.
    defaultNonNullable: false,
  });
  return HEAD + astToString(nodes).replaceAll("    ", "  ").replace(EMPTY, "");
}

/** Without examples, headers of answers, and what bounds a number: no type comes of them, and each row would repeat them. */
function typesOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typesOnly);
  if (typeof value !== "object" || value === null) return value;
  const isAnswer = "description" in value && "headers" in value;
  const isNumber = "format" in value && value.format === "int64";
  const left = ["example", "examples", ...(isAnswer ? ["headers"] : []), ...(isNumber ? ["format"] : [])];
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !left.includes(key))
      .map(([key, inner]) => [key, typesOnly(inner)]),
  );
}

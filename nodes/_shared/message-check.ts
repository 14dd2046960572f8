import { _, Ajv2020, type ErrorObject, type KeywordCxt, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { z } from "zod";

/** Tells whether a payload is of a schema, and keeps what was wrong with the last one that was not. */
export type MessageCheck<T> = ((payload: unknown) => payload is T) & Pick<ValidateFunction, "errors">;

/** More are no help in a log line. */
const MOST_PROBLEMS = 3;
const LONGEST_VALUE = 60;

/** One compiler for all nodes: `verbose` hands out the value that was refused. */
function createCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, verbose: true, allErrors: false, validateFormats: true });
  // The package is CommonJS: its default export is the function itself for Node, a namespace for the type checker.
  (addFormats as unknown as (target: Ajv2020) => void)(ajv);
  return ajv;
}
const compiler = createCompiler();
// A snapshot's keys are each looked for among all points: ajv compares them one after the other, which takes half of the time
// that the whole check takes.
compiler.removeKeyword("enum").addKeyword({
  keyword: "enum",
  schemaType: "array",
  error: {
    message: "must be equal to one of the allowed values",
    params: ({ schemaCode }) => _`{allowedValues: ${schemaCode}}`,
  },
  code(cxt: KeywordCxt) {
    const allowed: unknown[] = cxt.schema;
    if (!allowed.every((value) => typeof value === "string"))
      throw new Error("an enumeration of a message has words only");
    cxt.fail(_`!${cxt.gen.scopeValue("obj", { ref: new Set(allowed) })}.has(${cxt.data})`);
  },
});

/** Compiles a message schema of `domain/` for the hot path: it takes microseconds and does not rebuild the object. */
export function compileCheck<T>(schema: z.ZodType<T>): MessageCheck<T> {
  return compiler.compile(z.toJSONSchema(schema, { override: keepPattern })) as unknown as MessageCheck<T>;
}

/** zod writes a time both as a format and as a pattern: the pattern alone is exact and costs a tenth of the format. */
function keepPattern({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format === "date-time" && jsonSchema.pattern) delete jsonSchema.format;
}

/**
 * Compiles a JSON Schema (draft 2020-12) that a person pasted into the editor. Each has its own compiler, so that its
 * `$id` cannot meet that of another, and nothing is fetched for a `$ref`.
 *
 * @throws {Error} in words for that person: no JSON, no schema, an unknown reference
 */
export function compilePastedSchema(text: string): MessageCheck<unknown> {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new Error(`the JSON Schema is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw new Error('the JSON Schema must be an object, such as {"type": "object"}');
  }
  return createCompiler().compile(schema) as unknown as MessageCheck<unknown>;
}

/** The problems of the last refused payload in one line: where, which value (shortened), what is allowed. */
export function problemsOf(check: Pick<ValidateFunction, "errors">): string {
  const errors = check.errors ?? [];
  const lines = errors.slice(0, MOST_PROBLEMS).map(problemOf);
  const more = errors.length > MOST_PROBLEMS ? [`and ${errors.length - MOST_PROBLEMS} more`] : [];
  return [...lines, ...more].join("; ");
}

function problemOf({ instancePath, message = "is wrong", params, data, keyword }: ErrorObject): string {
  const where = instancePath === "" ? "payload" : instancePath;
  return `${where} ${message}${allowedBy(keyword, params)}, is ${shortened(data)}`;
}

function allowedBy(keyword: string, params: Record<string, unknown>): string {
  if (keyword === "enum" && Array.isArray(params["allowedValues"])) {
    return ` (${shortened(params["allowedValues"].join(", "))})`;
  }
  if (keyword === "additionalProperties") return ` (${shortened(params["additionalProperty"])})`;
  return "";
}

function shortened(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

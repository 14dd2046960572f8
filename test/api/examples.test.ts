import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, test } from "vitest";
import type { z } from "zod";
import { EXAMPLES } from "../../api/examples/registry.ts";
import { makeOpenApi } from "../../api/openapi.ts";
import type { Route } from "../../api/route.ts";
import { ROUTES } from "../../api/routes.ts";

const document = makeOpenApi(ROUTES, "0.1.0", "http://127.0.0.1:1880");
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addFormat("int64", true);
ajv.addSchema({ $id: "document", ...document });

const nameOf = ({ method, path }: Route) => `${method} ${path}`;
const needsBody = ({ body, upload }: Route) => body !== null || upload !== null;
const answersJson = ({ answer }: Route) => "schema" in answer;

type Media = { readonly schema: object; readonly example?: unknown };
type Content = { readonly content?: Readonly<Record<string, Media>> };
type Operation = { readonly requestBody?: Content; readonly responses: Readonly<Record<string, Content>> };

function operationOf({ method, path }: Route): Operation {
  const found = document.paths[path.replace("*}", "}")]?.[method.toLowerCase()];
  if (!found) throw new Error(`${method} ${path} is not in the document`);
  return found as unknown as Operation;
}

/** What a JSON Schema of the document has against a value; null when nothing. */
function faultsOf(schema: object, value: unknown): string | null {
  const relinked = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')) as object;
  return ajv.validate(relinked, value) ? null : ajv.errorsText();
}

/** As strict as the API itself: what the schema does not know is a fault. */
function expectGood(schema: z.ZodType, value: unknown): void {
  expect(schema.safeParse(value).error?.message ?? null).toBeNull();
}

test("there is an example for every row that takes a body or answers JSON, and for no other", () => {
  const wanted = ROUTES.filter((route) => needsBody(route) || answersJson(route)).map(nameOf);
  expect(Object.keys(EXAMPLES).sort()).toEqual(wanted.sort());
});

test.for(ROUTES.filter(needsBody))("$method $path takes its example", (route) => {
  const { body } = EXAMPLES[nameOf(route)] ?? {};
  expect(body).toBeDefined();
  if (route.body) expectGood(route.body, body);
  const [media] = Object.values(operationOf(route).requestBody?.content ?? {});
  expect(media?.example).toEqual(body);
  expect(faultsOf(media?.schema ?? { not: {} }, body)).toBeNull();
});

test.for(ROUTES.filter(answersJson))("$method $path answers its example", (route) => {
  const { answer } = EXAMPLES[nameOf(route)] ?? {};
  expect(answer).toBeDefined();
  if ("schema" in route.answer) expectGood(route.answer.schema, answer);
  const media = operationOf(route).responses[route.answer.status]?.content?.["application/json"];
  expect(media?.example).toEqual(answer);
  expect(faultsOf(media?.schema ?? { not: {} }, answer)).toBeNull();
});

test("a wrong example would be found", () => {
  const schema = operationOf(ROUTES.find((route) => nameOf(route) === "GET /api/v1/auth/me") as Route).responses["200"]
    ?.content;
  const { schema: user } = schema?.["application/json"] ?? { schema: {} };
  const { answer } = EXAMPLES["GET /api/v1/auth/me"] ?? {};
  expect(faultsOf(user, { ...(answer as object), role: "emperor" })).toContain("role");
  expect(faultsOf(user, { ...(answer as object), secret: 1 })).toContain("additional");
});

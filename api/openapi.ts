import { z } from "zod";
import { createSessionCookies } from "../adapters/security/session-cookies.ts";
import { PERMISSIONS } from "../domain/access/permissions.ts";
import { ERROR_CODES } from "../domain/errors.ts";
import type { Example } from "./examples/example.ts";
import { EXAMPLES } from "./examples/registry.ts";
import { answerHeaders, withLimits } from "./openapi-limits.ts";
import { PROBLEMS } from "./problem.ts";
import { NOT_COUNTED } from "./rate-limit.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

/** An OpenAPI 3.1 document; its schemas are JSON Schema 2020-12. */
export type OpenApiDocument = {
  readonly openapi: "3.1.1";
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, unknown>>;
    readonly responses: Json;
    readonly securitySchemes: Json;
  };
};

/** A file is sent as it is made, and is as long as it gets. */
const LONGEST_FILE = 2_147_483_647;
const SECURITY = [{ bearer: [] }, { session: [] }];

const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(ERROR_CODES).describe("Stable: programs decide by it"),
    detail: z.string(),
    errors: z
      .array(
        z.strictObject({ field: z.string(), value: z.string(), allowed: z.string(), allowedZh: z.string().optional() }),
      )
      .optional(),
    retryAfterS: z.int().optional(),
  })
  .meta({ id: "Problem", description: "RFC 9457 problem details" });

/** @param server public address of the platform */
export function makeOpenApi(routes: readonly Route[], version: string, server: string): OpenApiDocument {
  const schemas: Record<string, unknown> = {};
  const toSchema = (schema: z.ZodType, io: "input" | "output") => hoist(schema, io, schemas);
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = route.path.replace("*}", "}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, toSchema, server) };
  }
  const problem = { "application/problem+json": { schema: toSchema(ProblemSchema, "output") } };
  const responses = Object.fromEntries(
    [...statusesOf(routes)].map((status) => [
      `Problem${status}`,
      { description: titleOf(status), headers: answerHeaders(status, server), content: problem },
    ]),
  );
  return withLimits<OpenApiDocument>({
    openapi: "3.1.1",
    info: {
      title: "AntBox Flow",
      version,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description: "Supervision of the cooling of bitcoin-mining containers. Times are ISO 8601 in UTC.",
    },
    // No third party is meant to reach it: it stands in the plant's own network.
    servers: [{ url: server, description: "This installation, in production", "x-internal": true }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "An access token of a sign-in, checked as RFC8725 says, or a service token (`abx_…`)",
        },
        session: { type: "apiKey", in: "cookie", name: createSessionCookies(server.startsWith("https:")).accessName },
      },
    },
  });
}

function operation(route: Route, toSchema: (schema: z.ZodType, io: "input" | "output") => Json, server: string): Json {
  const { access, answer } = route;
  const isPublic = access === "public";
  const example = EXAMPLES[`${route.method} ${route.path}`] ?? {};
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary.en,
    "x-summary-zh-CN": route.summary["zh-CN"],
    ...(isPublic
      ? { security: [] }
      : { security: SECURITY, "x-permission": access, "x-lowest-role": PERMISSIONS[access].lowestRole }),
    ...(route.needsProof ? { "x-needs-proof": true } : {}),
    parameters: [
      ...parameters(route.params, "path", toSchema),
      ...parameters(route.query, "query", toSchema),
      ...headersOf(route),
    ],
    ...requestBodyOf(route, example, toSchema),
    responses: {
      ...Object.fromEntries(
        [answer.status, ...("schema" in answer ? (answer.also ?? []) : [])].map((status) => [
          status,
          {
            description: answer.description,
            headers: answerHeaders(status, server),
            ...contentOf(answer, status === answer.status ? example : {}, toSchema),
          },
        ]),
      ),
      ...emptyAnswers(route, server),
      ...Object.fromEntries(
        refusalsOf(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

/** What comes instead of the declared answer, without a body. */
function emptyAnswers({ answer, isPage }: Route, server: string): Json {
  const empty = (status: number, description: string) => ({
    [status]: { description, headers: answerHeaders(status, server) },
  });
  return {
    ...(isPage && answer.status !== 302 ? empty(302, "To the login, which leads back") : {}),
    ...("isTagged" in answer && answer.isTagged ? empty(304, "What was answered with that ETag still holds") : {}),
  };
}

function requestBodyOf(
  { body, upload }: Route,
  example: Example,
  toSchema: (schema: z.ZodType, io: "input") => Json,
): Json {
  const shown = "body" in example ? { example: example.body } : {};
  const content = body
    ? { "application/json": { schema: toSchema(body, "input"), ...shown } }
    : upload && {
        [upload.contentType]: { ...fileOf(upload.contentType, upload.maxBytes), ...shown },
        ...Object.fromEntries((upload.also ?? []).map((type) => [type, fileOf(type, upload.maxBytes)])),
      };
  return content ? { requestBody: { required: true, content } } : {};
}

/** A file is its bytes; one of JSON is read as such by whoever checks it. */
function fileOf(mediaType: string, maxLength: number): Json {
  return { schema: mediaType === "application/json" ? { type: "object" } : { type: "string", maxLength } };
}

function contentOf(
  answer: Route["answer"],
  example: Example,
  toSchema: (schema: z.ZodType, io: "output") => Json,
): Json {
  if ("schema" in answer) {
    const shown = "answer" in example ? { example: example.answer } : {};
    return { content: { "application/json": { schema: toSchema(answer.schema, "output"), ...shown } } };
  }
  if (!("contentType" in answer)) return {};
  const types = [answer.contentType, ...(answer.otherTypes ?? [])].map((type) => type.split(";", 1)[0] ?? type);
  return { content: Object.fromEntries(types.map((type) => [type, fileOf(type, LONGEST_FILE)])) };
}

function parameters(
  schema: z.ZodType | null,
  place: "path" | "query",
  toSchema: (schema: z.ZodType, io: "input") => Json,
): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input") as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...own }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: own,
  }));
}

/** Headers that a row reads beside those that every row does. */
function headersOf({ isIdempotent, refusals }: Route): Json[] {
  const header = (name: string, required: boolean, description: string): Json => ({
    name,
    in: "header",
    required,
    description,
    schema: { type: "string" },
  });
  const once =
    "Any name of this request, such as a UUID: sent again within 24 h it is answered the same, and done once";
  return [
    ...(isIdempotent ? [header("Idempotency-Key", false, once)] : []),
    ...(refusals.includes(428) ? [header("If-Match", true, "ETag of the state that the change is made on")] : []),
  ];
}

/** Every status with which a row may refuse: what follows from the row itself, and what it says. */
export function refusalsOf({
  access,
  method,
  path,
  params,
  query,
  body,
  upload,
  refusals,
  isPage,
  isIdempotent,
  needsProof,
}: Route): number[] {
  const statuses = new Set(refusals);
  if (access !== "public") {
    statuses.add(403);
    if (!isPage) statuses.add(401);
  }
  if (method !== "GET") statuses.add(403);
  if (query || params || body || upload) statuses.add(400);
  if (!NOT_COUNTED.includes(path)) statuses.add(429);
  if (body || upload) for (const status of [413, 415]) statuses.add(status);
  if (needsProof) statuses.add(503);
  if (isIdempotent) for (const status of [409, 422, 503]) statuses.add(status);
  return [...statuses].sort((a, b) => a - b);
}

function statusesOf(routes: readonly Route[]): Set<number> {
  return new Set(routes.flatMap(refusalsOf));
}

function titleOf(status: number): string {
  const titles = Object.values(PROBLEMS).filter((problem) => problem.status === status);
  return titles.map(({ title }) => title).join(" · ");
}

function operationId({ method, path }: Route): string {
  const words = path.replace(/^\/api\/v1/, "").split(/[^A-Za-z]+/);
  const name = words.filter(Boolean).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return method.toLowerCase() + (name.join("") || "Home");
}

/** JSON Schema of one schema, with what has a name moved to the document's components. */
function hoist(schema: z.ZodType, io: "input" | "output", schemas: Record<string, unknown>): Json {
  const {
    $defs,
    $schema: _,
    ...own
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ jsonSchema }) {
      // The pattern repeats what the format says, in 300 characters.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
  for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] ??= relink(definition);
  return relink(own) as Json;
}

function relink(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(relink);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "$ref" && typeof inner === "string" ? inner.replace("#/$defs/", "#/components/schemas/") : relink(inner),
    ]),
  );
}

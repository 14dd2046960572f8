type Json = Record<string, unknown>;

/** No body of a request is longer, and no text of an answer. */
const LONGEST_TEXT = 1_048_576;
/** No answer lists more: a question that would need more is refused. */
const LONGEST_LIST = 1_000_000;
/** Keys that hold values, and no schema. */
const VALUES = ["enum", "const", "example", "examples", "default"];
const FORMAT_LENGTHS: Readonly<Record<string, number>> = { "date-time": 40, date: 10, uuid: 36, uri: 2_048 };

/** Says with each schema the bounds that hold everywhere, so that a generated client or proxy can check them. */
export function withLimits<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withLimits) as T;
  if (typeof schema !== "object" || schema === null) return schema;
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, inner]) => [key, VALUES.includes(key) ? inner : withLimits(inner)]),
  );
  return { ...limitsOf(own), ...own } as T;
}

function limitsOf({ type, format, enum: list, const: constant }: Json): Json {
  if (list !== undefined || constant !== undefined) return {};
  const types = [type].flat();
  return {
    ...(types.includes("string") ? { maxLength: FORMAT_LENGTHS[String(format)] ?? LONGEST_TEXT } : {}),
    ...(types.includes("array") ? { maxItems: LONGEST_LIST } : {}),
    ...(types.includes("integer") ? { format: "int64" } : {}),
  };
}

/** Headers of every answer, and of those that ask for patience. @param origin whose pages may read an answer */
export function answerHeaders(status: number, origin: string): Json {
  const header = (description: string, schema: Json): Json => ({ description, schema: withLimits(schema) });
  return {
    RateLimit: header("How many requests are left, and after how many seconds without one all are", {
      type: "string",
      examples: ['"default";r=1480;t=1'],
    }),
    "RateLimit-Policy": header("How many requests may come at once", {
      type: "string",
      examples: ['"default";q=1500'],
    }),
    "Access-Control-Allow-Origin": header("Pages of the platform itself, and no others", { const: origin }),
    ...(status === 429 || status === 503
      ? {
          "Retry-After": header("Seconds to wait, where waiting helps", {
            type: "integer",
            minimum: 0,
            maximum: 86_400,
          }),
        }
      : {}),
  };
}

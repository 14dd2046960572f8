import { AppError } from "../domain/errors.ts";
import { invalid, show } from "./problem.ts";
import type { RawRequest, Reply, Route, Services } from "./route.ts";

/** What a client may call a request: a UUID, a number of its own. */
const KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * The answer of a row. One that creates something takes an `Idempotency-Key`: the same request with the same key is done
 * once, and answered the same each time, with `idempotency-replayed: true`.
 *
 * @param address path and query as they were asked for
 */
export async function answerOnce(
  route: Route,
  address: string,
  request: RawRequest,
  services: Services,
): Promise<Reply> {
  const key = route.isIdempotent ? request.headers["idempotency-key"] : undefined;
  if (key === undefined || request.session === null) return await route.answerTo(request, services);
  if (typeof key !== "string" || !KEY.test(key)) {
    invalid({
      field: "header.idempotency-key",
      value: show(key),
      allowed: "must be 1 to 128 visible ASCII characters",
    });
  }
  const content = JSON.stringify([route.method, address, request.body]);
  const asked = { username: request.session.username, key, content };
  const { answer, isRepeated } = await services.context.idempotency.once(asked, async () => {
    const reply = await route.answerTo(request, services);
    if (reply.kind !== "json") throw new AppError("internal.unexpected", `${route.path} does not answer with JSON`);
    const { status, body, headers } = reply;
    return { body, ...(status === undefined ? {} : { status }), ...(headers === undefined ? {} : { headers }) };
  });
  return {
    kind: "json",
    ...answer,
    headers: { ...answer.headers, ...(isRepeated ? { "idempotency-replayed": "true" } : {}) },
  };
}

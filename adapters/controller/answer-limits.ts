import type { FailureCause } from "../../domain/collection/failure-cause.ts";
import type { HttpHead } from "../../domain/collection/http-head.ts";

/** A controller's reply has 2–40 KB; what is larger is no reply (issue 2). */
export const RESPONSE_LIMITS = { headBytes: 16 * 1024, headLines: 100, bodyBytes: 1024 * 1024 };

/** Why an answer is refused by its head alone; null when it may be read. */
export function refusalOf({ status, contentEncoding }: Readonly<HttpHead>): FailureCause | null {
  if (status >= 300 && status < 400) return "redirect";
  if (status !== 200) return "http_status";
  return contentEncoding === "" || contentEncoding.toLowerCase() === "identity" ? null : "encoded";
}

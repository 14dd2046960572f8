import type { FailureCause } from "../../domain/collection/failure-cause.ts";

/** How far an exchange had come when it failed. */
export type Progress = "connecting" | "waiting" | "reading";

const BY_CODE: Readonly<Record<string, FailureCause>> = {
  ECONNREFUSED: "refused",
  ECONNRESET: "reset",
  ECONNABORTED: "reset",
  EPIPE: "reset",
  ENOTCONN: "reset",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  EADDRNOTAVAIL: "unreachable",
  EACCES: "unreachable",
  EPERM: "unreachable",
  EINVAL: "unreachable",
  ENOTFOUND: "dns",
  EAI_AGAIN: "dns",
  EAI_FAIL: "dns",
  EAI_NODATA: "dns",
  EAI_NONAME: "dns",
  EMFILE: "overloaded",
  ENFILE: "overloaded",
  ENOBUFS: "overloaded",
  ENOMEM: "overloaded",
  EPROTO: "not_http",
  UND_ERR_CONNECT_TIMEOUT: "connect_timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
  UND_ERR_HEADERS_OVERFLOW: "not_http",
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "too_large",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "truncated",
};
/** Certificates that do not hold: the host answers, but not as the one that was asked for. */
const CERTIFICATE = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT)/;

/**
 * The cause of a failed exchange from the error of `undici`, Node or the TLS library. What nobody knows counts as `reset`
 * before an answer began, `truncated` after: both are worth another try and accuse nobody of more than a broken line.
 */
export function causeOfError(error: unknown, progress: Progress): FailureCause {
  const code = codeOf(error);
  if (code === "ETIMEDOUT") return progress === "connecting" ? "connect_timeout" : "timeout";
  // `undici` says "length mismatch" of every answer that stops making sense once a length was read, two lengths included.
  if (code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" && progress !== "reading") return "not_http";
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (CERTIFICATE.test(code)) return "unreachable";
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "not_http";
  if (isParserError(error)) return isEarlyEnd(error) ? "truncated" : "not_http";
  if (code === "UND_ERR_SOCKET" && isUnexpectedAnswer(error)) return "not_http";
  return progress === "reading" ? "truncated" : "reset";
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === "HTTPParserError";
}

/** The connection closed inside a chunk or before the last one. */
function isEarlyEnd(error: unknown): boolean {
  return error instanceof Error && error.message.includes("EOF");
}

/** `undici` says so of a `100 Continue` or a protocol switch that nobody asked for. */
function isUnexpectedAnswer(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("bad ");
}

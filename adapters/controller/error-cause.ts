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
};
/** Certificates that do not hold: the host answers, but not as the one that was asked for. */
const CERTIFICATE = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT)/;

/**
 * The cause of a failed exchange from the error of Node or its TLS library. What nobody knows counts as `reset` before
 * an answer began, `truncated` after: both are worth another try and accuse nobody of more than a broken line.
 */
export function causeOfError(error: unknown, progress: Progress): FailureCause {
  const code = codeOf(error);
  if (code === "ETIMEDOUT") return progress === "connecting" ? "connect_timeout" : "timeout";
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (CERTIFICATE.test(code)) return "unreachable";
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) return "not_http";
  return progress === "reading" ? "truncated" : "reset";
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

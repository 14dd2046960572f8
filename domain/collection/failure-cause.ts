import { z } from "zod";

/**
 * Why a poll gave no snapshot. One poll has one cause: that of its last try.
 *
 * - `refused`, `reset`, `unreachable`, `dns`: the network said so at once
 * - `connect_timeout`: the handshake never ended; `timeout`: connected, but no whole answer in time (hang, slow drip)
 * - `truncated`: the connection closed before the body was whole
 * - `http_status`: not 200 (a 3xx is `redirect`); `not_http`: the answer is not HTTP, or its header is oversize
 * - `too_large`: body over the limit; `encoded`: a content encoding although identity was asked for
 * - `bad_json`: not one JSON object; `not_ok`: the controller says no, or answers another operation; `empty`: no parameters
 * - `overloaded`: our own loop was late; never held against the site
 */
export const FailureCause = z.enum([
  "refused",
  "reset",
  "unreachable",
  "dns",
  "connect_timeout",
  "timeout",
  "truncated",
  "http_status",
  "redirect",
  "not_http",
  "too_large",
  "encoded",
  "bad_json",
  "not_ok",
  "empty",
  "overloaded",
]);
export type FailureCause = z.infer<typeof FailureCause>;

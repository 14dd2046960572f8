import { type DestinationStream, type Logger, pino } from "pino";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const HIDDEN = "[hidden]";
/** Keys whose values never reach a log, at the top and one level down. */
const SECRET_KEYS = [
  "password",
  "secret",
  "secretKey",
  "token",
  "accessToken",
  "refreshToken",
  "authorization",
  "cookie",
];
const REDACTED = [...SECRET_KEYS, ...SECRET_KEYS.map((key) => `*.${key}`), '*["set-cookie"]', '["set-cookie"]'];

/** What looks like a secret wherever it stands: credentials in a URL, bearer tokens, JWTs, our cookies. */
const LOOKS_SECRET: readonly [RegExp, string][] = [
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"/@\\]+@/gi, `$1${HIDDEN}@`],
  [/\b(Bearer|Basic) +[\w.~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]{5,}/g, HIDDEN],
  [/\b(antbox_(?:access|refresh)=)[^;\s"]+/g, `$1${HIDDEN}`],
];

/** Takes secrets out of a text; used for every log line, also for texts of other people's errors. */
function hideSecrets(text: string): string {
  return LOOKS_SECRET.reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text);
}

/**
 * JSON lines with ISO time and the level's name. One entry is one line whatever a name holds: JSON escapes line feeds and
 * control characters.
 *
 * @param destination standard output when absent
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: REDACTED, censor: HIDDEN },
    hooks: { streamWrite: hideSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

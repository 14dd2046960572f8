import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { OBJECTS_ENVIRONMENT, type ObjectsConfig, objectsFrom } from "./adapters/objects/objects-settings.ts";
import { BACKEND_ENVIRONMENT, databaseBackendFrom, redisBackendFrom } from "./adapters/security/backend-settings.ts";
import { checkBreachedPasswords } from "./adapters/security/breached-passwords.ts";
import { isAddressOrBlock } from "./adapters/security/client-address.ts";
import { OIDC_ENVIRONMENT, type OidcSettings, oidcSettingsFrom } from "./adapters/security/oidc-settings.ts";
import type { BackendAccess } from "./domain/backend-access.ts";
import { AppError } from "./domain/errors.ts";

const PROCESS_ROLES = ["collector", "ui", "scheduler", "video"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

const MAX_RETENTION_DAYS = 36_500;

const Environment = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: wholeNumber(1, 65_535).default(1880),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must look like https://antbox.example.com" })
    .refine(
      (text) => new URL(text).pathname === "/" && !text.includes("?"),
      "must have no path: the platform answers at the root",
    )
    .optional(),
  TRUSTED_PROXIES: z.string().default("").transform(blocksFrom),
  MAX_CONNECTIONS_PER_ADDRESS: wholeNumber(10, 100_000).default(2_000),
  RATE_LIMIT_PER_S: wholeNumber(1, 1_000_000).default(100),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
  DATA_DIR: z.string().min(1).default("./var"),
  FLOWS_DIR: z.string().min(1).refine(isFolder, "must be a folder that exists").optional(),
  ...BACKEND_ENVIRONMENT,
  ROLES: z.string().default("all").transform(rolesFrom),
  SITES_FILE: z
    .string()
    .min(1)
    .optional()
    .transform((file) => file ?? null),
  POLL_INTERVAL_S: wholeNumber(1, 3600).default(60),
  RETENTION_RAW_DAYS: wholeNumber(1, MAX_RETENTION_DAYS).optional(),
  RETENTION_5M_DAYS: wholeNumber(1, MAX_RETENTION_DAYS).optional(),
  RETENTION_1H_DAYS: wholeNumber(1, MAX_RETENTION_DAYS).default(400),
  RETENTION_1D_DAYS: wholeNumber(0, MAX_RETENTION_DAYS).default(0),
  ADMIN_PASSWORD: z.string().min(10, "must have at least 10 characters").max(200).optional(),
  BREACHED_PASSWORDS_FILE: z.string().min(1).optional(),
  SECRET_KEY: keyInBase64().optional(),
  SECRET_KEY_PREVIOUS: keyInBase64().optional(),
  WEBHOOK_ALLOW: z.string().default("").transform(blocksFrom),
  HEARTBEAT_URL: z.url({ protocol: /^https?$/, error: "must look like https://watch.example.com/ping/…" }).optional(),
  HEARTBEAT_INTERVAL_S: wholeNumber(10, 3600).default(60),
  ...OIDC_ENVIRONMENT,
  VIDEO_PORT: wholeNumber(1, 65_535).optional(),
  VIDEO_CACHE_MB: wholeNumber(16, 65_536).default(256),
  FFMPEG_PATH: z.string().startsWith("/").optional(),
  RECORDINGS_FREE_MB: wholeNumber(0, 10_000_000).default(2_048),
  ...OBJECTS_ENVIRONMENT,
  EDITOR: z.enum(["on", "readonly", "off"]).default("on"),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).default("info"),
  SITE_TIME_ZONE: z
    .string()
    .default(machineTimeZone())
    .refine(isTimeZone, "must be an IANA time zone such as Asia/Dubai"),
});

/** Days that each level of history is kept; null = what suits the engine, for `dayDays` for ever. */
export type ConfiguredRetention = {
  readonly rawDays: number | null;
  readonly fiveMinuteDays: number | null;
  readonly hourDays: number;
  readonly dayDays: number | null;
};

/** The platform's configuration. Times in seconds where the name says so; `publicUrl` has no trailing slash. */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  /** Addresses and CIDR blocks of proxies whose `X-Forwarded-For` names the client; empty = it is ignored. */
  readonly trustedProxies: readonly string[];
  /** Open connections of one client address; proxies and this machine itself may have more. */
  readonly maxConnectionsPerAddress: number;
  /** Requests of one user in the long run; of one address without a session. */
  readonly rateLimitPerS: number;
  /** PEM files of a certificate with its chain, and of its key; null: HTTP, behind a proxy that ends TLS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly dataDir: string;
  /** Where the flows and their rule files are, and where the editor puts what is deployed; null: in the package. */
  readonly flowsDir: string | null;
  /** Without `sslmode`: that is in `databaseAccess`. */
  readonly databaseUrl: string | null;
  readonly databaseAccess: BackendAccess;
  readonly redisUrl: string | null;
  readonly redisAccess: BackendAccess;
  readonly roles: readonly ProcessRole[];
  readonly sitesFile: string | null;
  readonly pollIntervalS: number;
  readonly retention: ConfiguredRetention;
  readonly adminPassword: string | null;
  /** SHA-1 hashes of passwords from breaches, ordered; null without such a list. */
  readonly breachedPasswordsFile: string | null;
  /** 32 bytes; every use derives a key of its own from it. */
  readonly secretKey: Buffer;
  /** The key before, while a rotation is under way: what was sealed or signed with it still counts. */
  readonly previousSecretKey: Buffer | null;
  /** Addresses and CIDR blocks of the own network that webhooks may be sent to; empty = public addresses only. */
  readonly webhookAllow: readonly string[];
  /** An outside address that is called while the platform is well; null: none. The URL may hold a secret. */
  readonly heartbeat: { readonly url: string; readonly intervalS: number } | null;
  /** Sign-in with an identity provider; null without one. */
  readonly oidc: OidcSettings | null;
  readonly video: {
    /** Where the gateway listens for an edge or for browsers; null: it is reached through `port` only. */
    readonly port: number | null;
    /** Of segments, in its memory. */
    readonly cacheMb: number;
    /** Of FFmpeg; null = the first one in `PATH`. */
    readonly ffmpeg: string | null;
    /** With less free room on the disk of recordings nothing is recorded, MiB. */
    readonly leastFreeMb: number;
    /** A bucket to which recordings are moved; null: they stay on the disk. */
    readonly objects: ObjectsConfig | null;
  };
  readonly editor: "on" | "readonly" | "off";
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  readonly siteTimeZone: string;
};

const TEXT_EDITOR =
  /^(\S*[\\/])?(vi|vim|nvim|gvim|nano|pico|emacs|emacsclient|ed|ex|joe|micro|hx|helix|kak|kate|gedit|subl|atom|mate|code|codium|cursor|zed|notepad|notepad\+\+)(\.exe)?"?(\s.*)?$/i;

const SECRETS = [
  "ADMIN_PASSWORD",
  "SECRET_KEY",
  "SECRET_KEY_PREVIOUS",
  "OIDC_CLIENT_SECRET",
  "DATABASE_URL",
  "REDIS_URL",
  "HEARTBEAT_URL",
  "RECORDINGS_S3_ACCESS_KEY",
  "RECORDINGS_S3_SECRET_KEY",
] as const;

/**
 * Reads the configuration from the environment (docs/operating.md lists it). Makes `DATA_DIR`, and in it the secret key
 * when the database is embedded and no key is given.
 *
 * @throws {AppError} `config.invalid`, one line per wrong value: its name, what was found (never a secret), what is allowed
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = withSecretFiles(withoutBlanks(environment));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    throw new AppError("config.invalid", parsed.error.issues.map((issue) => describe(issue, given)).join("\n"));
  }
  const env = parsed.data;
  refuseImpossibleRoles(env);
  const tls = tlsFrom(env);
  const oidc = oidcSettingsFrom(env);
  const database = databaseBackendFrom(env);
  const redis = redisBackendFrom(env);
  const dataDir = path.resolve(env.DATA_DIR);
  mkdirSync(dataDir, { recursive: true });
  return {
    host: env.HOST,
    port: env.PORT,
    publicUrl: new URL(env.PUBLIC_URL ?? `${tls ? "https" : "http"}://${hostForUrl(env.HOST)}:${env.PORT}`).origin,
    trustedProxies: env.TRUSTED_PROXIES,
    maxConnectionsPerAddress: env.MAX_CONNECTIONS_PER_ADDRESS,
    rateLimitPerS: env.RATE_LIMIT_PER_S,
    tls,
    dataDir,
    flowsDir: env.FLOWS_DIR ? path.resolve(env.FLOWS_DIR) : null,
    databaseUrl: database.url,
    databaseAccess: database.access,
    redisUrl: redis.url,
    redisAccess: redis.access,
    roles: env.ROLES,
    sitesFile: env.SITES_FILE === null ? null : path.resolve(env.SITES_FILE),
    pollIntervalS: env.POLL_INTERVAL_S,
    retention: {
      rawDays: env.RETENTION_RAW_DAYS ?? null,
      fiveMinuteDays: env.RETENTION_5M_DAYS ?? null,
      hourDays: env.RETENTION_1H_DAYS,
      dayDays: env.RETENTION_1D_DAYS || null,
    },
    adminPassword: env.ADMIN_PASSWORD ?? null,
    breachedPasswordsFile: env.BREACHED_PASSWORDS_FILE ? checkBreachedPasswords(env.BREACHED_PASSWORDS_FILE) : null,
    secretKey: env.SECRET_KEY ? Buffer.from(env.SECRET_KEY, "base64") : storedKey(dataDir, env.DATABASE_URL),
    previousSecretKey: env.SECRET_KEY_PREVIOUS ? Buffer.from(env.SECRET_KEY_PREVIOUS, "base64") : null,
    webhookAllow: env.WEBHOOK_ALLOW,
    heartbeat: env.HEARTBEAT_URL ? { url: env.HEARTBEAT_URL, intervalS: env.HEARTBEAT_INTERVAL_S } : null,
    oidc,
    video: {
      port: env.VIDEO_PORT ?? null,
      cacheMb: env.VIDEO_CACHE_MB,
      ffmpeg: env.FFMPEG_PATH ?? null,
      leastFreeMb: env.RECORDINGS_FREE_MB,
      objects: objectsFrom(env),
    },
    editor: env.EDITOR,
    logLevel: env.LOG_LEVEL,
    siteTimeZone: env.SITE_TIME_ZONE,
  };
}

function wholeNumber(lowest: number, highest: number) {
  const message = `must be a whole number from ${lowest} to ${highest}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((value) => value >= lowest && value <= highest, message);
}

function keyInBase64() {
  return z
    .string()
    .refine(
      (text) => Buffer.from(text, "base64").length === 32,
      "must be 32 random bytes in base64 (openssl rand -base64 32)",
    );
}

function rolesFrom(text: string, context: z.RefinementCtx): readonly ProcessRole[] {
  if (text.trim() === "all") return PROCESS_ROLES;
  const words = text.split(",").map((word) => word.trim());
  const roles = PROCESS_ROLES.filter((role) => words.includes(role));
  if (roles.length === new Set(words).size) return roles;
  context.addIssue(`must be "all" or a comma list of ${PROCESS_ROLES.join(", ")}`);
  return z.NEVER;
}

/** Processes that share the work meet in one PostgreSQL; what one collects comes to the screens of another by Redis. */
function refuseImpossibleRoles({
  ROLES: roles,
  DATABASE_URL: database,
  REDIS_URL: redis,
}: z.infer<typeof Environment>) {
  const missing = (["collector", "ui", "scheduler"] as const).filter((role) => !roles.includes(role));
  const without = `ROLES: "${roles.join(",")}" without ${missing.join(", ")}`;
  if (missing.length > 0 && database === null) {
    throw new AppError(
      "config.invalid",
      `${without} needs DATABASE_URL: the embedded database serves one process only`,
    );
  }
  if (roles.includes("ui") && missing.includes("collector") && redis === null) {
    throw new AppError("config.invalid", `${without} needs REDIS_URL: live data comes from the collectors through it`);
  }
}

/** A certificate and its key belong together, and to an address that browsers reach by https. */
function tlsFrom(env: z.infer<typeof Environment>): Config["tls"] {
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile, PUBLIC_URL: publicUrl } = env;
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    const missing = certFile === undefined ? "TLS_CERT_FILE" : "TLS_KEY_FILE";
    throw new AppError("config.invalid", `${missing}: required with the other one of TLS_CERT_FILE and TLS_KEY_FILE`);
  }
  if (publicUrl !== undefined && new URL(publicUrl).protocol !== "https:") {
    throw new AppError("config.invalid", "PUBLIC_URL: must be https with TLS_CERT_FILE");
  }
  return { certFile: path.resolve(certFile), keyFile: path.resolve(keyFile) };
}

function blocksFrom(text: string, context: z.RefinementCtx): readonly string[] {
  const entries = text.split(",").map((entry) => entry.trim());
  const given = entries.filter((entry) => entry !== "");
  const wrong = given.filter((entry) => !isAddressOrBlock(entry));
  if (wrong.length === 0) return given;
  context.addIssue(
    `must be a comma list of addresses and CIDR blocks such as 192.0.2.1, 2001:db8::/32; not one: ${wrong.slice(0, 3).join(", ").slice(0, 100)}`,
  );
  return z.NEVER;
}

/**
 * An empty variable is how compose files say "not set". And npm, like most login shells, sets EDITOR to the person's text
 * editor: that says nothing about ours. Any other wrong word is an error, for it may be meant to close the editor.
 */
function withoutBlanks(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const given = Object.entries(environment).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(given.filter(([name, value]) => name !== "EDITOR" || !TEXT_EDITOR.test(value ?? "")));
}

function withSecretFiles(given: Record<string, string | undefined>): Record<string, string | undefined> {
  const result = { ...given };
  for (const name of SECRETS) {
    const file = given[`${name}_FILE`];
    if (file === undefined) continue;
    if (given[name] !== undefined)
      throw new AppError("config.invalid", `${name} and ${name}_FILE: give only one of them`);
    try {
      result[name] = readFileSync(file, "utf8").trim();
    } catch (cause) {
      throw new AppError("config.invalid", `${name}_FILE: cannot read "${file}"`, { cause });
    }
  }
  return result;
}

function describe(issue: z.core.$ZodIssue, given: Record<string, string | undefined>): string {
  const name = String(issue.path[0]);
  const isSecret = SECRETS.some((secret) => secret === name) || name.endsWith("_URL") || name.endsWith("_ENDPOINT");
  const value = isSecret ? "the given value" : `"${given[name] ?? ""}"`;
  const allowed = issue.code === "invalid_value" ? `must be one of ${issue.values.join(", ")}` : issue.message;
  return `${name}: ${value} ${allowed}`;
}

function storedKey(dataDir: string, databaseUrl: string | null): Buffer {
  if (databaseUrl !== null) {
    throw new AppError(
      "config.invalid",
      "SECRET_KEY: required with DATABASE_URL; 32 random bytes in base64 (openssl rand -base64 32)",
    );
  }
  const file = path.join(dataDir, "secret.key");
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
  const key = Buffer.from(readFileSync(file, "utf8"), "base64");
  if (key.length !== 32) throw new AppError("config.invalid", `${file}: must hold 32 bytes in base64`);
  return key;
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function hostForUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return hostname();
  return host.includes(":") ? `[${host}]` : host;
}

function machineTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

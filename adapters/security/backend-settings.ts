import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { z } from "zod";
import type { BackendAccess, BackendTls } from "../../domain/backend-access.ts";
import { AppError } from "../../domain/errors.ts";

const aUrl = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `must look like ${example}` })
    .optional()
    .transform((url) => url ?? null);
const aFile = () => z.string().min(1).optional();

/** The part of the environment that names PostgreSQL and Redis. Nothing of it is a secret but the two addresses. */
export const BACKEND_ENVIRONMENT = {
  DATABASE_URL: aUrl(/^postgres(ql)?$/, "postgres://user:password@host:5432/database"),
  DATABASE_PASSWORD_FILE: aFile(),
  DATABASE_CA_FILE: aFile(),
  DATABASE_CERT_FILE: aFile(),
  DATABASE_KEY_FILE: aFile(),
  REDIS_URL: aUrl(/^rediss?$/, "redis://host:6379"),
  REDIS_PASSWORD_FILE: aFile(),
  REDIS_CA_FILE: aFile(),
  REDIS_CERT_FILE: aFile(),
  REDIS_KEY_FILE: aFile(),
} as const;

type Environment = z.output<z.ZodObject<typeof BACKEND_ENVIRONMENT>>;
type Kind = "DATABASE" | "REDIS";
type BackendConfig = {
  readonly databaseUrl: string | null;
  readonly databaseAccess: BackendAccess;
  readonly redisUrl: string | null;
  readonly redisAccess: BackendAccess;
};
type Backend = { readonly url: string | null; readonly access: BackendAccess };

/**
 * Where PostgreSQL is, and how it is entered. TLS with a checked certificate and name (`sslmode=verify-full`) is what every
 * server gets that is not on this machine; only `sslmode=disable` in the address does without. Modes that encrypt without
 * checking whom they speak to are refused.
 *
 * @throws {AppError} `config.invalid`, which never shows the address
 */
export function databaseBackendFrom(env: Environment): Backend {
  if (env.DATABASE_URL === null) return { url: null, access: accessFrom(env, "DATABASE", false) };
  const address = new URL(env.DATABASE_URL);
  const own = [...address.searchParams.keys()].find((name) => /^(ssl(?!mode$)|uselibpqcompat)/i.test(name));
  if (own !== undefined) {
    throw wrong(
      `DATABASE_URL: "${own}" is not read; name files by DATABASE_CA_FILE, DATABASE_CERT_FILE, DATABASE_KEY_FILE`,
    );
  }
  const mode = address.searchParams.get("sslmode");
  if (mode !== null && mode !== "verify-full" && mode !== "disable") {
    throw wrong(
      `DATABASE_URL: sslmode=${mode.slice(0, 20)} does not make sure whose certificate it is; must be verify-full or disable`,
    );
  }
  const isAsked =
    mode === "verify-full" || (mode === null && (!isOnThisMachine(address) || hasTlsFile(env, "DATABASE")));
  const access = accessFrom(env, "DATABASE", isAsked);
  // The driver would read it in its own way, and put its own settings before ours.
  address.searchParams.delete("sslmode");
  return { url: mode === null ? env.DATABASE_URL : address.href, access };
}

/**
 * Where Redis is, and how it is entered: `rediss:` is TLS with a checked certificate and name.
 *
 * @throws {AppError} `config.invalid`, which never shows the address
 */
export function redisBackendFrom(env: Environment): Backend {
  const isAsked = env.REDIS_URL?.startsWith("rediss:") ?? false;
  return { url: env.REDIS_URL, access: accessFrom(env, "REDIS", isAsked) };
}

/** What an operator should hear about servers that are spoken to in plain text over a network; empty when there are none. */
export function plainTextRemarks(config: BackendConfig): string[] {
  const remarks: string[] = [];
  const isPlain = (url: string | null, { tls }: BackendAccess) =>
    url !== null && tls === null && !isOnThisMachine(new URL(url));
  if (isPlain(config.databaseUrl, config.databaseAccess)) {
    remarks.push(
      "the connection to PostgreSQL is not encrypted: whoever is on the network reads and changes everything",
    );
  }
  if (isPlain(config.redisUrl, config.redisAccess)) {
    remarks.push("the connection to Redis is not encrypted: use rediss:// unless its network is the platform's alone");
  }
  return remarks;
}

function accessFrom(env: Environment, kind: Kind, isTls: boolean): BackendAccess {
  const ask = kind === "DATABASE" ? "sslmode=verify-full in DATABASE_URL" : "rediss:// in REDIS_URL";
  if (!isTls && hasTlsFile(env, kind)) {
    throw wrong(`${kind}_CA_FILE, ${kind}_CERT_FILE, ${kind}_KEY_FILE: are for TLS only; needs ${ask}`);
  }
  const passwordFile = env[`${kind}_PASSWORD_FILE`];
  if (passwordFile !== undefined && env[`${kind}_URL`] === null)
    throw wrong(`${kind}_PASSWORD_FILE: needs ${kind}_URL`);
  const password = passwordFile === undefined ? null : freshText(`${kind}_PASSWORD_FILE`, passwordFile);
  return { tls: isTls ? tlsFrom(env, kind) : null, password: password && (() => password().trim()) };
}

function hasTlsFile(env: Environment, kind: Kind): boolean {
  return [env[`${kind}_CA_FILE`], env[`${kind}_CERT_FILE`], env[`${kind}_KEY_FILE`]].some((file) => file !== undefined);
}

function tlsFrom(env: Environment, kind: Kind): BackendTls {
  const text = (name: "CA" | "CERT" | "KEY") => {
    const file = env[`${kind}_${name}_FILE`];
    return file === undefined ? () => undefined : freshText(`${kind}_${name}_FILE`, file);
  };
  const [ca, cert, key] = [text("CA"), text("CERT"), text("KEY")];
  const missing = cert() === undefined ? "CERT" : "KEY";
  if ((cert() === undefined) !== (key() === undefined)) {
    throw wrong(`${kind}_${missing}_FILE: required with the other one of ${kind}_CERT_FILE and ${kind}_KEY_FILE`);
  }
  refuseUnusable(kind, ca(), cert(), key());
  return {
    get ca() {
      return ca();
    },
    get cert() {
      return cert();
    },
    get key() {
      return key();
    },
  };
}

/** Wrong files are told at the start, and not as a server that does not answer. */
function refuseUnusable(kind: Kind, ca: string | undefined, cert: string | undefined, key: string | undefined): void {
  const attempt = (name: string, holds: string, work: () => unknown) => {
    try {
      work();
    } catch (cause) {
      throw new AppError("config.invalid", `${kind}_${name}_FILE: ${holds}`, { cause });
    }
  };
  if (ca !== undefined) attempt("CA", "holds no certificate in PEM form", () => new X509Certificate(ca));
  if (cert !== undefined) attempt("CERT", "holds no certificate in PEM form", () => new X509Certificate(cert));
  if (key !== undefined)
    attempt("KEY", "holds no private key in PEM form, or one with a password", () => createPrivateKey(key));
  attempt("KEY", `does not belong to the certificate in ${kind}_CERT_FILE`, () =>
    createSecureContext({ ca, cert, key }),
  );
}

/** While a file is away, as between removal and renewal, its last text counts. */
function freshText(name: string, file: string): () => string {
  let last: string;
  const read = () => readFileSync(file, "utf8");
  try {
    last = read();
  } catch (cause) {
    throw new AppError("config.invalid", `${name}: cannot read "${file}"`, { cause });
  }
  return () => {
    try {
      last = read();
    } catch {
      return last;
    }
    return last;
  };
}

/** Loopback, or a socket in the file system. */
function isOnThisMachine(address: URL): boolean {
  const host = decodeURIComponent(address.searchParams.get("host") ?? address.hostname);
  return host === "" || host.startsWith("/") || /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

function wrong(message: string): AppError {
  return new AppError("config.invalid", message);
}

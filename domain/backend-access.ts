/** Certificates in PEM form for a connection to a server behind the platform. Members may be getters that read a file. */
export type BackendTls = {
  /** Authorities that may vouch for the server; undefined = those of the runtime. */
  readonly ca: string | undefined;
  /** The platform's own certificate and key, where the server asks for one. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
};

/** How PostgreSQL or Redis is entered, beside its address. Asked anew for each connection: what is renewed counts at once. */
export type BackendAccess = {
  /** null: in plain text. Otherwise the server's certificate and its name are checked, always. */
  readonly tls: BackendTls | null;
  /** Gives the password of now; null: the one in the address, if any. */
  readonly password: (() => string) | null;
};

/** A server on this machine: no TLS, and no password but the one in its address. */
export const PLAIN_ACCESS: BackendAccess = { tls: null, password: null };

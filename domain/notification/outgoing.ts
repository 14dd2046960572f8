/** Why a request got no answer. `stopped`: broken off by us. `invalid-request`: it cannot be written as HTTP. */
export type OutgoingFault =
  | "timeout"
  | "connection"
  | "dns"
  | "tls"
  | "forbidden-address"
  | "stopped"
  | "invalid-request";

export type OutgoingRequest = {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** null: no body at all. */
  readonly body: string | null;
};

/** How one request went. */
export type Exchange =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in small letters; of one that came twice, the parts joined by commas. */
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
      /** False: it was longer than is read, or broke off. */
      readonly isWhole: boolean;
    }
  | {
      readonly kind: "fault";
      readonly fault: OutgoingFault;
      /** The whole request had been handed to the network. */
      readonly wasSent: boolean;
    };

/** Sends a request once, to checked addresses only. Follows no redirect, reads a bounded answer, never throws. */
export type SendRequest = (request: OutgoingRequest, signal: AbortSignal) => Promise<Exchange>;

/** What a host name stands for, when it may be connected to. */
export type ResolvedHost = { readonly address: string; readonly family: 4 | 6 };

/**
 * Resolves a host once, and says whether it may be connected to: encrypted to the public internet, in plain text only into
 * networks that were opened. The connection has to go to the address that is returned.
 */
export type ResolveHost = (host: string, isEncrypted: boolean) => Promise<ResolvedHost | "forbidden-address" | "dns">;

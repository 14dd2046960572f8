import type { BadRow } from "./audit-chain.ts";

/** The newest checkpoint outside the table. `isGood`: its signature is ours and the chain passes through it. */
export type CheckpointVerdict = { readonly seq: number; readonly at: string; readonly isGood: boolean };

/** What a verification of the whole trail found. `rows`: how many were looked at, up to the first bad one. */
export type AuditVerification = {
  readonly ok: boolean;
  readonly rows: number;
  readonly durationMs: number;
  readonly firstBad: BadRow | null;
  /** Null: there is no checkpoint where this was run. */
  readonly checkpoint: CheckpointVerdict | null;
  /** Ed25519, SPKI in base64: what a third party needs to check the signatures. */
  readonly publicKey: string;
};

/** Which entries. `action`: a whole `thing:verb`, or a `thing` alone for all that was done to it. Times are ISO 8601. */
export type AuditFilter = {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

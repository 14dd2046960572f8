import type { Engine, Row, Statement } from "./database.ts";

/** What the main thread asks of the worker; answers come in the same order, one at a time. */
export type WorkerRequest = { readonly id: number } & WorkerCall;
export type WorkerCall =
  | { readonly do: "query"; readonly statement: Statement }
  | { readonly do: "transaction"; readonly statements: readonly Statement[] }
  | { readonly do: "script"; readonly text: string }
  /** Writes a gzipped copy of the store to that file. @returns its size */
  | { readonly do: "dump"; readonly file: string }
  /** Copies the folder of the store into that folder, then ends the worker. @returns its size */
  | { readonly do: "copy"; readonly folder: string }
  | { readonly do: "close" };

type WorkerFailure = { readonly message: string; readonly sqlState: string | null; readonly code: string };

export type WorkerReply =
  | { readonly kind: "ready"; readonly engine: Engine }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "rows"; readonly id: number; readonly rows: Row[] }
  | { readonly kind: "results"; readonly id: number; readonly results: Row[][] }
  | { readonly kind: "size"; readonly id: number; readonly bytes: number }
  | { readonly kind: "error"; readonly id: number; readonly error: WorkerFailure }
  | {
      readonly kind: "log";
      readonly level: "info" | "warn" | "error";
      readonly facts: Record<string, unknown>;
      readonly text: string;
    };

export type WorkerSettings = { readonly storeFolder: string };

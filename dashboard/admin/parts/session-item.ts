import type { Schemas } from "../../client/contract.ts";

/** One place where somebody is signed in. */
export type SessionItem = Schemas["Session"];

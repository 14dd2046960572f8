import type { BackTestResult } from "../../domain/alarms/back-test/back-test-result.ts";
import type { FlagPeriod, LabSample } from "../../domain/alarms/back-test/history-facts.ts";
import type { WantedUntil } from "../../domain/alarms/back-test/wanted-sites.ts";
import type { Rule } from "../../domain/alarms/rule.ts";
import type { SiteFacts } from "../../domain/alarms/site-facts.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { HistoryChunk, HistoryPlan } from "./read-history-slots.ts";
import type { ZoneChunk, ZonePlan } from "./read-zones.ts";

/** Rules to be judged together, and the ids of those that are under test. */
export type BackTestVariant = { readonly rules: readonly Rule[]; readonly tested: readonly string[] };

export type BackTestTask = {
  /** One, or the old and the new rules over the same readings. */
  readonly variants: readonly BackTestVariant[];
  /** The rules under test are judged by themselves first, and all of them where those have fired. */
  readonly looksFirst: boolean;
  readonly facts: readonly SiteFacts[];
  readonly flags: readonly FlagPeriod[];
  readonly lab: readonly LabSample[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly budgetPerSiteDay: number;
  readonly timeZone: string;
};

/**
 * How the history of one look is laid out. `sisters`: that of sites with which others are compared, and null where nobody is;
 * `zones`: null when all of it is read.
 */
export type LookPlan = {
  readonly history: HistoryPlan;
  readonly sisters: HistoryPlan | null;
  readonly zones: ZonePlan | null;
};

/**
 * What the thread is told. Messages of one look: `look`; `zones` to their end; then `piece`, its `sisters` and its `chunk`s, until
 * there is none.
 */
export type ToBackTest =
  | { readonly kind: "look"; readonly plan: LookPlan }
  | { readonly kind: "zones"; readonly chunk: ZoneChunk }
  | { readonly kind: "piece" }
  | { readonly kind: "sisters"; readonly chunk: HistoryChunk }
  | { readonly kind: "chunk"; readonly chunk: HistoryChunk }
  | { readonly kind: "looked" }
  | { readonly kind: "end" };

/** A stretch of history, and the numbers of the sites that have to be read there; of the `sisters` what they are compared by. */
export type Piece = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly sites: readonly number[];
  readonly sisters: readonly number[];
};

/** A piece that is wanted, and the one that will most likely be wanted next. */
export type WantedPiece = Piece & { readonly soon: Piece };

/** What the thread says to each. */
export type BackTestAnswers = {
  readonly look: null;
  readonly zones: { readonly doneMs: number };
  /** null: nothing else has to be read. */
  readonly piece: WantedPiece | null;
  readonly sisters: null;
  /** `snapshots`: also of the sites that were not read; `rows`: of those that were. */
  readonly chunk: { readonly doneMs: number; readonly snapshots: number; readonly rows: number };
  /** The sites that are wanted once more. */
  readonly looked: WantedUntil;
  readonly end: readonly BackTestResult[];
};

export type BackTestReply =
  | { readonly answer: BackTestAnswers[keyof BackTestAnswers] }
  | { readonly code: ErrorCode; readonly reason: string };

import { randomUUID } from "node:crypto";
import { createReadStream, mkdirSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../domain/errors.ts";
import { type CsvRecord, createCsvReader } from "../../domain/telemetry/csv-records.ts";
import type { ImportReport } from "../../domain/telemetry/import-report.ts";
import {
  IMPORT_PROFILE,
  type ImportColumns,
  type ImportLimits,
  type ImportProblem,
  readImportHeader,
  readImportRow,
} from "../../domain/telemetry/import-row.ts";
import type { Snapshot } from "../../domain/telemetry/snapshot.ts";
import type { Database } from "./database.ts";
import { ensureDays } from "./partitions.ts";
import { saveSamples } from "./sample-repository.ts";
import { createNumberResolver } from "./site-numbers.ts";

const DAY_MS = 86_400_000;
/** As far back as the hourly roll-up goes by default: older rows would only live on as days. */
const OLDEST_DAYS = 400;
const BATCH_ROWS = 500;
const PROBLEMS_SHOWN = 100;

export type ImportOptions = {
  /** Checks the whole file and stores nothing. */
  readonly isDryRun: boolean;
  /** Stores the good lines of a file that has bad ones; otherwise such a file is not stored at all. */
  readonly skipsBadLines: boolean;
  /** The sites that this import may write; another is answered like one that does not exist. Absent: all. */
  readonly isOpenTo?: (siteId: string) => boolean;
};

/** Takes history from CSV files: `site`, `time` and any points of the catalogue as columns. */
export interface HistoryImport {
  /**
   * Checks a file, then stores it. What is stored already for a site and time stays as it is.
   *
   * @param content UTF-8; read once, to the end, into a file of its own, so that memory is bounded
   * @throws {AppError} `request.rate-limited` while another import runs; `request.invalid` when it is not UTF-8
   * @throws {SqlError} when the database fails on the way: importing the same file again completes it
   */
  run(content: AsyncIterable<Uint8Array>, options: ImportOptions): Promise<ImportReport>;
}

export type HistoryImportOptions = {
  readonly database: Database;
  readonly hasSite: (siteId: string) => boolean;
  /** Where an upload waits while it is checked; emptied at the start. */
  readonly folder: string;
  readonly clock?: () => number;
};

export function createHistoryImport(options: HistoryImportOptions): HistoryImport {
  const { folder } = options;
  let isRunning = false;
  rmSync(folder, { recursive: true, force: true });

  return {
    async run(content, { isDryRun, skipsBadLines, isOpenTo = () => true }) {
      if (isRunning) {
        const context = { retryAfterS: 10 };
        throw new AppError("request.rate-limited", "another import is under way", { context, retryable: true });
      }
      isRunning = true;
      const file = path.join(folder, `${randomUUID()}.csv`);
      try {
        mkdirSync(folder, { recursive: true });
        await keep(content, file);
        const limits = limitsNow(options, isOpenTo);
        const report = await check(file, limits);
        const isStored = !isDryRun && report.rows > 0 && (skipsBadLines || report.problemCount === 0);
        const { days, ...shown } = report;
        if (!isStored) return { ...shown, isDryRun, isStored: false, added: 0, alreadyThere: 0 };
        const added = await store(options, file, limits, days);
        return { ...shown, isDryRun, isStored: true, added, alreadyThere: report.rows - added };
      } finally {
        isRunning = false;
        rmSync(file, { force: true });
      }
    },
  };
}

/** The file is there, and closed, before anything can fail: whoever removes it afterwards finds it. */
async function keep(content: AsyncIterable<Uint8Array>, file: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    for await (const chunk of content) await handle.appendFile(chunk);
  } finally {
    await handle.close();
  }
}

function limitsNow(
  { hasSite, clock = Date.now }: HistoryImportOptions,
  isOpenTo: (siteId: string) => boolean,
): ImportLimits {
  const newestMs = clock();
  return {
    isSite: (siteId) => hasSite(siteId) && isOpenTo(siteId),
    newestMs,
    oldestMs: newestMs - OLDEST_DAYS * DAY_MS,
  };
}

type Checked = Omit<ImportReport, "isDryRun" | "isStored" | "added" | "alreadyThere"> & {
  readonly days: readonly string[];
};

async function check(file: string, limits: ImportLimits): Promise<Checked> {
  const problems: ImportProblem[] = [];
  let problemCount = 0;
  let rows = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  const sites = new Set<string>();
  const days = new Set<string>();
  let points: string[] = [];
  for await (const parts of linesOf(file, limits)) {
    for (const part of parts) {
      if ("columns" in part) points = part.columns.points.map(({ point }) => point);
      else if ("problems" in part) {
        problemCount += part.problems.length;
        problems.push(...part.problems.slice(0, PROBLEMS_SHOWN - problems.length));
      } else {
        const { siteId, slot } = part.snapshot;
        rows += 1;
        sites.add(siteId);
        days.add(slot.slice(0, 10));
        fromMs = Math.min(fromMs, Date.parse(slot));
        toMs = Math.max(toMs, Date.parse(slot));
      }
    }
  }
  const from = rows > 0 ? new Date(fromMs).toISOString() : null;
  const to = rows > 0 ? new Date(toMs).toISOString() : null;
  return { rows, sites: sites.size, points, from, to, problemCount, problems, days: [...days].sort() };
}

/** Each batch also notes which roll-ups have to be computed again. @returns how many rows were new */
async function store(
  { database }: HistoryImportOptions,
  file: string,
  limits: ImportLimits,
  days: readonly string[],
): Promise<number> {
  if (database.engine.ownPartitions) await ensureDays(database, days);
  const numbers = createNumberResolver(database);
  const profileNumber = (await numbers.profiles([IMPORT_PROFILE])).get(IMPORT_PROFILE) ?? 0;
  let added = 0;
  let batch: Snapshot[] = [];

  async function flush(): Promise<void> {
    const siteNumbers = await numbers.sites(batch.map(({ siteId }) => siteId));
    const samples = batch.flatMap((snapshot) => {
      const siteNumber = siteNumbers.get(snapshot.siteId);
      return siteNumber === undefined ? [] : [{ siteNumber, profileNumber, snapshot }];
    });
    added += await saveSamples(database, samples);
    batch = [];
  }

  for await (const parts of linesOf(file, limits)) {
    for (const part of parts) {
      if ("snapshot" in part) batch.push(part.snapshot);
      if (batch.length >= BATCH_ROWS) await flush();
    }
  }
  if (batch.length > 0) await flush();
  return added;
}

type Part =
  | { readonly columns: ImportColumns }
  | { readonly snapshot: Snapshot }
  | { readonly problems: readonly ImportProblem[] };

/** The lines of a file, read and checked, as many at a time as one read of the disk gives. */
async function* linesOf(file: string, limits: ImportLimits): AsyncGenerator<Part[]> {
  const reader = createCsvReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let columns: ImportColumns | null = null;

  function partOf(record: CsvRecord): Part {
    if ("problem" in record) {
      return { problems: [{ line: record.line, field: "line", value: "", allowed: record.problem }] };
    }
    const { fields, line } = record;
    if (columns !== null) {
      const row = readImportRow(fields, line, columns, limits);
      return Array.isArray(row) ? { problems: row } : { snapshot: row };
    }
    const header = readImportHeader(fields, line);
    if (Array.isArray(header)) return { problems: header };
    columns = header;
    return { columns };
  }

  /** Ends behind a wrong first line: without it no other can be read. */
  function partsOf(records: readonly CsvRecord[]): Part[] {
    const [first, ...others] = records;
    if (columns !== null || first === undefined) return records.map(partOf);
    const head = partOf(first);
    return columns === null ? [head] : [head, ...others.map(partOf)];
  }

  for await (const chunk of createReadStream(file, { highWaterMark: 65_536 }) as AsyncIterable<Buffer>) {
    const parts = partsOf(reader.push(decode(decoder, chunk)));
    yield parts;
    if (columns === null && parts.length > 0) return;
  }
  const parts = partsOf([...reader.push(decode(decoder)), ...reader.end()]);
  yield columns === null && parts.length === 0 ? [{ problems: [EMPTY_FILE] }] : parts;
}

const EMPTY_FILE: ImportProblem = { line: 1, field: "header", value: "", allowed: "the file is empty" };

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch (cause) {
    throw new AppError("request.invalid", "body is no UTF-8 text: save the file as CSV UTF-8", { cause });
  }
}

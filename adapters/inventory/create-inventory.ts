import { basename } from "node:path";
import { AppError } from "../../domain/errors.ts";
import type { Log } from "../../domain/log.ts";
import type { Site } from "../../domain/sites/site.ts";
import type { SiteBook } from "./inventory.ts";
import { readSitesFile } from "./read-sites-file.ts";
import {
  changeSites,
  confirmFile,
  listFiles,
  listSites,
  releaseSites,
  type SiteChange,
  type SiteDatabase,
  type StoredSite,
  upsertSites,
} from "./site-repository.ts";
import { watchDatabase } from "./watch-database.ts";
import { watchFile } from "./watch-file.ts";

const RETRY_MS = 1_000;
/** How long a caller waits for the database; the inventory works from the file meanwhile. */
const WAIT_MS = 3_000;
const SHOWN = 20;
/** Others forget a sites file that nobody has confirmed for two minutes. */
const CONFIRM_MS = 20_000;

export type InventoryOptions = {
  readonly database: SiteDatabase;
  readonly log: Log;
  /** Whether a device profile of that id is installed. By default every id is taken. */
  readonly hasProfile?: (profileId: string) => boolean;
  /** For tests: how often a watched file is looked at. */
  readonly lookMs?: number;
};

/** What an import changed. `unlisted`: sites of the database that the file does not name; they stay as they are. */
type ImportReport = {
  readonly sites: number;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly unlisted: readonly string[];
};

export interface FileInventory extends SiteBook {
  /** Reads the sites of the database. Waits at most 3 s: a database that is away comes later. */
  load(): Promise<void>;
  /**
   * Takes over a sites file: new sites are added, known ones replaced, by id. A site that is no longer in the file stays,
   * and goes on being polled: an inventory must not shrink because somebody saved half a file. Write `enabled: false` to
   * stop polling it.
   *
   * @throws {AppError} `inventory.invalid` with one line per problem; nothing was changed then
   */
  importSitesFile(file: string): Promise<ImportReport>;
  /** Imports the file again whenever it changes. A file with problems is reported, and the sites stay as they were. */
  watchSitesFile(file: string): void;
  /** Called after sites have got their numbers: who polls a site depends on its own. @returns unsubscribe */
  onNumbered(listener: () => void): () => void;
  /** Follows what other processes change in the database; what this one's own file says stays above it. */
  watchDatabase(): void;
  close(): void;
}

/**
 * The sites in memory: those of the database, overlaid by the sites file. It works without the database, so that
 * collection can start while it is down; sites get their numbers when it is back.
 */
export function createInventory(options: InventoryOptions): FileInventory {
  const { database, log, hasProfile = () => true, lookMs } = options;
  const listeners = new Set<() => void>();
  const numberListeners = new Set<() => void>();
  const stops: (() => void)[] = [];
  let listed = new Map<string, Site>();
  let listedIn: string | null = null;
  /** Sites files that other processes follow. */
  let files: ReadonlySet<string> = new Set();
  let stored = new Map<string, StoredSite>();
  /** What the database held before the last import was stored; null when it was not reached. */
  let storedBefore: ReadonlyMap<string, StoredSite> | null = null;
  let merged = new Map<string, Site>();
  let sorted: readonly Site[] = [];
  let syncing: Promise<void> | null = null;
  let changesMade = 0;
  let isDirty = false;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;

  function merge(): void {
    const next = new Map<string, Site>();
    for (const [id, { site }] of stored) next.set(id, site);
    for (const [id, site] of listed) next.set(id, site);
    const isSame = next.size === merged.size && [...next].every(([id, site]) => isEqual(site, merged.get(id)));
    merged = next;
    sorted = [...next.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (isSame) return;
    for (const listener of listeners) listener();
  }

  /** Brings the database up to the file; while it is away, later and again. */
  function sync(): Promise<void> {
    isDirty = true;
    syncing ??= run().finally(() => {
      syncing = null;
    });
    return syncing;
  }

  async function run(): Promise<void> {
    let isReported = false;
    while (isDirty && !isClosed) {
      isDirty = false;
      try {
        await database.whenReady();
        await syncOnce();
      } catch (error) {
        isDirty = true;
        if (!isReported)
          log.warn({ reason: messageOf(error) }, "the inventory cannot be stored; it works from the file");
        isReported = true;
        await new Promise<void>((resolve) => {
          retry = setTimeout(resolve, RETRY_MS);
        });
      }
    }
  }

  async function syncOnce(): Promise<void> {
    const rows = await listSites(database);
    const next = new Map(rows.map((row) => [row.site.id, row]));
    storedBefore = new Map(next);
    const isCurrent = (site: Site) => {
      const row = next.get(site.id);
      return isEqual(site, row?.site) && row?.managedBy === listedIn;
    };
    const outdated = [...listed.values()].filter((site) => !isCurrent(site));
    for (const row of await upsertSites(database, outdated, listedIn)) next.set(row.site.id, row);
    if (listedIn !== null) await claim(listedIn, next);
    takeOver(next);
  }

  /** Other processes leave to the file what it names, and nothing else. */
  async function claim(file: string, known: Map<string, StoredSite>): Promise<void> {
    await confirmFile(database, file);
    const left = [...known].filter(([id, { managedBy }]) => managedBy === file && !listed.has(id));
    if (left.length === 0) return;
    await releaseSites(database, file, [...listed.keys()]);
    for (const [id, row] of left) known.set(id, { ...row, managedBy: null });
  }

  function managedBy(siteId: string): string | null {
    if (listed.has(siteId)) return listedIn;
    const file = stored.get(siteId)?.managedBy ?? null;
    return file !== null && files.has(file) ? file : null;
  }

  function takeOver(next: Map<string, StoredSite>): void {
    const hasNewNumbers = [...next].some(([id, { number }]) => stored.get(id)?.number !== number);
    stored = next;
    merge();
    if (hasNewNumbers) for (const listener of numberListeners) listener();
  }

  /** What was read before a change of our own was made is older than what we know. */
  async function reload(): Promise<void> {
    for (;;) {
      const seen = changesMade;
      const [rows, followed] = await Promise.all([listSites(database), listFiles(database)]);
      if (seen !== changesMade) continue;
      // What the own file named before is its own business.
      files = new Set(followed.filter((name) => name !== listedIn));
      takeOver(new Map(rows.map((row) => [row.site.id, row])));
      return;
    }
  }

  async function change(changes: readonly SiteChange[]): Promise<boolean> {
    if (changes.length === 0) return true;
    if (syncing) await atMost(WAIT_MS, syncing);
    const rows = await changeSites(database, changes);
    changesMade += 1;
    if (rows === null) {
      await reload();
      return false;
    }
    takeOver(new Map([...stored, ...rows.map((row) => [row.site.id, row] as const)]));
    return true;
  }

  async function importSitesFile(file: string): Promise<ImportReport> {
    const sites = readSitesFile(file, hasProfile);
    const known = merged;
    listed = new Map(sites.map((site) => [site.id, site]));
    listedIn = basename(file);
    storedBefore = null;
    merge();
    await atMost(WAIT_MS, sync());
    const before = (id: string) => (storedBefore ? storedBefore.get(id)?.site : known.get(id));
    const report: ImportReport = {
      sites: sites.length,
      added: sites.filter(({ id }) => !before(id)).map(({ id }) => id),
      changed: sites.filter((site) => before(site.id) && !isEqual(site, before(site.id))).map(({ id }) => id),
      unlisted: sorted.filter(({ id }) => !listed.has(id)).map(({ id }) => id),
    };
    announce(report);
    return report;
  }

  function announce({ sites, added, changed, unlisted }: ImportReport): void {
    log.info({ sites, added: added.length, changed: changed.length }, "the sites file was imported");
    if (unlisted.length === 0) return;
    const facts = { count: unlisted.length, sites: unlisted.slice(0, SHOWN) };
    log.warn(facts, "sites that the file no longer names stay as they are; write enabled: false to stop polling one");
  }

  async function importAgain(file: string): Promise<void> {
    try {
      await importSitesFile(file);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      for (const line of error.message.split("\n"))
        log.error({ problem: line }, "the changed sites file is not taken over");
    }
  }

  return {
    get: (siteId) => merged.get(siteId),
    all: () => sorted,
    numberOf: (siteId) => stored.get(siteId)?.number,
    versionOf: (siteId) => stored.get(siteId)?.version ?? 0,
    managedBy,
    change,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onNumbered(listener) {
      numberListeners.add(listener);
      return () => numberListeners.delete(listener);
    },
    load: () => atMost(WAIT_MS, sync()),
    importSitesFile,
    watchSitesFile(file) {
      const onChange = () => {
        importAgain(file).catch((error) =>
          log.error({ reason: messageOf(error) }, "the changed sites file is not taken over"),
        );
      };
      stops.push(watchFile(file, onChange, lookMs));
      // While the database is away nobody changes sites either: the next time is soon enough.
      const confirm = () => void confirmFile(database, basename(file)).catch(() => undefined);
      const timer = setInterval(confirm, CONFIRM_MS);
      timer.unref();
      stops.push(() => clearInterval(timer));
    },
    watchDatabase() {
      stops.push(watchDatabase(database, reload, lookMs));
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      for (const stop of stops) stop();
      listeners.clear();
      numberListeners.clear();
    },
  };
}

function isEqual(one: Site, other: Site | undefined): boolean {
  return other !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

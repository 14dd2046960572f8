import type { Log } from "../../domain/log.ts";
import {
  DEFAULT_SETTINGS,
  PlatformSettings,
  type SettingsPatch,
  settingsFrom,
} from "../../domain/settings/platform-settings.ts";

/** The part of the database that settings need. Rows as objects, `jsonb` parsed. */
export interface SettingsDatabase {
  whenReady(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

/** `revision` grows with every change. */
export type StoredSettings = { readonly settings: PlatformSettings; readonly revision: number };

/** The settings of the installation: in memory for whoever has to know them, in the database for all processes. */
export interface SettingsStore {
  /**
   * What counts now, from memory: the defaults until the database was reached, and at most some seconds behind what another
   * process changed.
   */
  current(): PlatformSettings;
  /** What the database says now. @throws when it is away */
  read(): Promise<StoredSettings>;
  /**
   * Changes some of them, all or none.
   *
   * @param from the revision that the caller has seen
   * @returns what counts now; null when somebody else has changed them meanwhile
   * @throws when the database is away
   */
  change(patch: SettingsPatch, from: number, changedBy: string): Promise<StoredSettings | null>;
  /** Called after this process has learnt of a change. @returns unsubscribe */
  onChange(listener: (settings: PlatformSettings) => void): () => void;
  close(): void;
}

export type SettingsOptions = {
  readonly database: SettingsDatabase;
  readonly log: Pick<Log, "warn">;
  /** No other process can change them: they are read once. */
  readonly isSoleProcess?: boolean;
  /** For tests: how often it looks. */
  readonly lookMs?: number;
};

const LOOK_MS = 5_000;
const RETRY_MS = 1_000;
const REVISION = "revision";
const READ = "select key, value from setting";
/** The row of the revision is locked first: of two changes from one revision, one finds no row. */
const CHANGE = `
  with claimed as (
    update setting set value = to_jsonb($1::bigint + 1), updated_by = $2::text, updated_at = now()
    where key = '${REVISION}' and value = to_jsonb($1::bigint) returning key)
  insert into setting (key, value, updated_by, updated_at)
  select given.key, given.value, $2::text, now() from claimed cross join jsonb_each($3::text::jsonb) as given (key, value)
  on conflict (key) do update
    set value = excluded.value, updated_by = excluded.updated_by, updated_at = excluded.updated_at
  returning key`;

export function createSettingsStore(options: SettingsOptions): SettingsStore {
  const { database, log, isSoleProcess = false, lookMs = LOOK_MS } = options;
  const listeners = new Set<(settings: PlatformSettings) => void>();
  let known: StoredSettings = { settings: DEFAULT_SETTINGS, revision: -1 };
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function read(): Promise<StoredSettings> {
    const rows = await database.query(READ);
    const stored = new Map(rows.map((row) => [String(row["key"]), row["value"]]));
    const { settings, wrong } = settingsFrom(stored);
    const found = { settings, revision: Number(stored.get(REVISION) ?? 0) };
    if (found.revision > known.revision && wrong.length > 0) {
      log.warn({ settings: wrong }, "stored settings are not allowed; their defaults count");
    }
    return found;
  }

  function learn(found: StoredSettings): StoredSettings {
    // Two reads may come back in another order than they were sent.
    if (found.revision <= known.revision) return found;
    known = found;
    for (const listener of [...listeners]) listener(found.settings);
    return found;
  }

  async function look(): Promise<void> {
    let waitMs = isSoleProcess ? null : lookMs;
    try {
      await database.whenReady();
      learn(await read());
    } catch {
      // The database says itself that it is away; what was known stands meanwhile.
      waitMs = Math.min(RETRY_MS, lookMs);
    }
    if (!isClosed && waitMs !== null) timer = setTimeout(() => void look(), waitMs).unref();
  }

  void look();
  return {
    current: () => known.settings,
    read: async () => learn(await read()),
    async change(patch, from, changedBy) {
      const values = JSON.stringify(PlatformSettings.partial().parse(patch));
      const rows = await database.query(CHANGE, [from, changedBy, values]);
      return rows.length === 0 ? null : learn(await read());
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      listeners.clear();
    },
  };
}

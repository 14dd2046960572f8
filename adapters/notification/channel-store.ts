import { CHANNEL_KINDS, type Channel, type ChannelKind } from "../../domain/notification/channel.ts";
import type { ChannelDefinition, ChannelParts } from "../../domain/notification/channel-definition.ts";
import { TRIES_BEFORE_FALLBACK } from "../../domain/notification/delivery.ts";
import type { ColumnSealer, NotificationDatabase } from "./notification-database.ts";

/** Every kind of channel that there is, and what its sockets need. */
export type ChannelKit = {
  readonly definitions: Readonly<Record<ChannelKind, ChannelDefinition>>;
  readonly parts: ChannelParts;
};

export type ChannelSettings = Readonly<Record<string, unknown>>;

/** A channel that is set up. `settings` are without what is secret. */
export type ChannelState = {
  readonly kind: ChannelKind;
  readonly isEnabled: boolean;
  readonly settings: ChannelSettings;
  /** Secret fields that have a value. */
  readonly secretsSet: readonly string[];
  /** Failed tries since the last one that was delivered. */
  readonly failures: number;
  readonly lastOkAt: string | null;
  readonly lastFailedAt: string | null;
  readonly lastReason: string | null;
};

/** How channels are set up. Every call rejects while the database is away. */
export interface ChannelStore {
  channels(): Promise<ChannelState[]>;
  /**
   * Sets a channel up. A secret that is not given stays what it was; null takes it away.
   *
   * @returns what is wrong with the settings, by field; null when they are stored
   */
  setChannel(
    kind: ChannelKind,
    settings: ChannelSettings,
    isEnabled: boolean,
    by: string,
  ): Promise<readonly { readonly field: string; readonly allowed: string }[] | null>;
  /** @returns false when it was not set up */
  removeChannel(kind: ChannelKind): Promise<boolean>;
  /** The channel as it is set up now; null when it is not, is switched off, or its settings are of another version. */
  open(kind: ChannelKind): Promise<Channel | null>;
  /** Those that are set up and switched on. */
  ready(): Promise<ReadonlySet<ChannelKind>>;
  /** Those that are switched on and do not get through. */
  failing(): Promise<readonly ChannelKind[]>;
}

const LIST = `select kind, settings, is_enabled, failures, last_ok_at, last_failed_at, last_reason from notification_channel`;
const SET = `
  insert into notification_channel (kind, settings, is_enabled, updated_by) values ($1, $2, $3::boolean, $4)
  on conflict (kind) do update set settings = excluded.settings, is_enabled = excluded.is_enabled,
    updated_by = excluded.updated_by, updated_at = clock_timestamp(), failures = 0, last_reason = null`;

/** @param onWrite called after a change */
export function createChannelStore(
  database: NotificationDatabase,
  sealer: ColumnSealer,
  { definitions, parts }: ChannelKit,
  onWrite: () => void,
): ChannelStore {
  /** By the sealed settings: what a channel has learnt, such as a token, lasts as long as they do. */
  const made = new Map<ChannelKind, { readonly blob: string; readonly channel: Channel }>();

  async function stored(kind: ChannelKind): Promise<Record<string, unknown> | undefined> {
    return (await database.query(`${LIST} where kind = $1`, [kind]))[0];
  }

  const opened = (kind: ChannelKind, blob: unknown) => JSON.parse(sealer.open(String(blob), kind)) as ChannelSettings;

  return {
    async channels() {
      const rows = await database.query(`${LIST} order by kind`);
      return rows.flatMap((row): ChannelState[] => {
        const kind = CHANNEL_KINDS.find((one) => one === row["kind"]);
        if (kind === undefined) return [];
        const time = (value: unknown) => (value instanceof Date ? value.toISOString() : null);
        const settings = opened(kind, row["settings"]);
        const secret = secretFields(definitions[kind]);
        return [
          {
            kind,
            isEnabled: row["is_enabled"] === true,
            settings: withoutSecrets(settings, secret),
            secretsSet: secret.filter((field) => (settings[field] ?? "") !== ""),
            failures: Number(row["failures"]),
            lastOkAt: time(row["last_ok_at"]),
            lastFailedAt: time(row["last_failed_at"]),
            lastReason: row["last_reason"] === null ? null : String(row["last_reason"]),
          },
        ];
      });
    },

    async setChannel(kind, settings, isEnabled, by) {
      const before = await stored(kind);
      const former = before === undefined ? {} : opened(kind, before["settings"]);
      // What belongs to another provider stays behind.
      const kept = definitions[kind].fields.flatMap(({ key, isSecret, when }) => {
        const isAsked = when === undefined || settings[when.key] === when.is;
        const isLeftOut = Object.hasOwn(former, key) && !Object.hasOwn(settings, key);
        return isSecret && isAsked && isLeftOut ? [[key, former[key]]] : [];
      });
      const given = Object.entries(settings).filter(([, value]) => value !== null);
      const parsed = definitions[kind].settingsSchema.safeParse(Object.fromEntries([...given, ...kept]));
      if (!parsed.success) {
        return parsed.error.issues.map(({ path, message }) => ({
          field: path.map(String).join("."),
          allowed: message,
        }));
      }
      await database.query(SET, [kind, sealer.seal(JSON.stringify(parsed.data), kind), isEnabled, by]);
      onWrite();
      return null;
    },

    async removeChannel(kind) {
      const rows = await database.query("delete from notification_channel where kind = $1 returning kind", [kind]);
      onWrite();
      return rows.length > 0;
    },

    async open(kind) {
      const row = await stored(kind);
      if (row === undefined || row["is_enabled"] !== true) return null;
      const blob = String(row["settings"]);
      const known = made.get(kind);
      if (known?.blob === blob) return known.channel;
      const parsed = definitions[kind].settingsSchema.safeParse(opened(kind, blob));
      if (!parsed.success) return null;
      const channel = definitions[kind].create(parsed.data, parts);
      made.set(kind, { blob, channel });
      return channel;
    },

    async failing() {
      const rows = await database.query(
        "select kind from notification_channel where is_enabled and failures >= $1::int order by kind",
        [TRIES_BEFORE_FALLBACK],
      );
      return rows.map((row) => row["kind"] as ChannelKind);
    },

    async ready() {
      const rows = await database.query("select kind from notification_channel where is_enabled");
      return new Set(CHANNEL_KINDS.filter((kind) => rows.some((row) => row["kind"] === kind)));
    },
  };
}

function secretFields({ fields }: ChannelDefinition): string[] {
  return fields.flatMap(({ key, isSecret }) => (isSecret ? [key] : []));
}

function withoutSecrets(settings: ChannelSettings, secret: readonly string[]): ChannelSettings {
  return Object.fromEntries(Object.entries(settings).filter(([field]) => !secret.includes(field)));
}

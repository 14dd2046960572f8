import type { AuditEntry, AuditTrail } from "../../domain/access/audit-entry.ts";
import type { PasswordFault } from "../../domain/access/password-policy.ts";
import type { NewPerson, Person, PersonChange } from "../../domain/access/person.ts";
import {
  type ChangeRefusal,
  isInCharge,
  isLimitedAdmin,
  type PersonState,
  refusalOf,
  stateAfter,
  stateOf,
} from "../../domain/access/person-rules.ts";
import { AppError } from "../../domain/errors.ts";
import {
  type Account,
  type AccountPage,
  hasOtherInCharge,
  insertAccount,
  listAccounts,
  readAccount,
  updateAccount,
} from "./account-repository.ts";
import type { PasswordJudge } from "./password-judge.ts";
import type { Passwords } from "./passwords.ts";
import { reachable } from "./reachable.ts";
import type { AccountDatabase } from "./session-store.ts";

/** Who asks for a change: an administrator, from this address. */
export type PeopleActor = { readonly username: string; readonly address: string };

/** A person, or what speaks against the password that was given. */
export type PersonOrFaults = { readonly person: Person } | { readonly faults: readonly PasswordFault[] };

/**
 * The accounts of people. Every change is written into the audit trail first, and is not made when that cannot be done.
 * What ends sessions (disabled, another password, no second factor) ends them in the same statement; another role or scope counts within
 * 2 s, as the registry of sessions reads it.
 *
 * Every call throws `storage.unavailable` while the database is away.
 */
export interface People {
  list(page: AccountPage): Promise<{ items: Person[]; total: number }>;
  /** @throws {AppError} `user.not-found` */
  read(username: string): Promise<Person>;
  /** @throws {AppError} `user.exists`, `request.invalid` */
  create(wanted: NewPerson, by: PeopleActor): Promise<PersonOrFaults>;
  /**
   * @throws {AppError} `user.not-found`, `user.yourself`, `user.last-admin`, `request.invalid`, `account.external` for what
   *   the identity provider says
   */
  change(username: string, change: PersonChange, by: PeopleActor): Promise<PersonOrFaults>;
}

export type PeopleOptions = {
  readonly database: AccountDatabase;
  readonly audit: AuditTrail;
  readonly passwords: Passwords;
  readonly judge: PasswordJudge;
  readonly usernamesOnline: () => ReadonlySet<string>;
  /** Milliseconds since the Unix epoch. */
  readonly clock: () => number;
};

export function createPeople(options: PeopleOptions): People {
  const { database, audit, passwords, judge, usernamesOnline, clock } = options;

  async function find(username: string): Promise<Account> {
    const account = await reachable(() => readAccount(database, username, clock()));
    if (!account) throw new AppError("user.not-found", "there is no such user");
    return account;
  }

  async function refuseBadChange(before: Account, after: PersonState, change: PersonChange, by: PeopleActor) {
    const refusal = refusalOf(before, change, by.username);
    if (refusal !== null) throw refusedAs(refusal);
    if (!isInCharge(before) || isInCharge(after)) return;
    if (!(await reachable(() => hasOtherInCharge(database, before.username)))) throw refusedAs("user.last-admin");
  }

  /** Audited first; what another change made impossible meanwhile is noted as failed. */
  async function apply(
    entry: AuditEntry,
    work: () => Promise<Account | null>,
    otherwise: Refused,
  ): Promise<PersonOrFaults> {
    await audit.record(entry);
    const account = await reachable(work);
    if (account === null) {
      audit.note({ ...entry, outcome: "failed" });
      throw refusedAs(otherwise);
    }
    return { person: personOf(account, usernamesOnline()) };
  }

  return {
    async list(page) {
      const { items, total } = await reachable(() => listAccounts(database, page, clock()));
      const online = usernamesOnline();
      return { items: items.map((account) => personOf(account, online)), total };
    },

    read: async (username) => personOf(await find(username), usernamesOnline()),

    async create({ username, role, scope, password }, by) {
      if (isLimitedAdmin({ role, scope })) throw refusedAs("limited-admin");
      const faults = judge.judge(password, username);
      if (faults.length > 0) return { faults };
      if (await reachable(() => readAccount(database, username, clock()))) throw refusedAs("user.exists");
      const passwordHash = await passwords.hash(password);
      const entry = entryOf("user:create", username, by, { after: { role, scope, isDisabled: false } });
      const account = { username, role, scope, passwordHash };
      return apply(entry, () => insertAccount(database, account, clock()), "user.exists");
    },

    async change(username, change, by) {
      const before = await find(username);
      const after = stateAfter(before, change);
      await refuseBadChange(before, after, change, by);
      const { password, removeTotp = false, unlock = false } = change;
      const faults = password === undefined ? [] : judge.judge(password, username);
      if (faults.length > 0) return { faults };
      const passwordHash = password === undefined ? null : await passwords.hash(password);
      const entry = entryOf("user:update", username, by, detailOf(before, after, change));
      const wanted = { ...changedFields(stateOf(before), after), passwordHash, removeTotp, unlock };
      return apply(entry, () => updateAccount(database, username, wanted, clock()), "user.last-admin");
    },
  };
}

function personOf({ id: _, ...account }: Account, online: ReadonlySet<string>): Person {
  return { ...account, isOnline: online.has(account.username) };
}

function entryOf(action: string, target: string, by: PeopleActor, detail: Record<string, unknown>): AuditEntry {
  return { actorKind: "user", actor: by.username, action, outcome: "done", target, address: by.address, detail };
}

/** Only what differs, so that two administrators who change different things at once do not undo each other. */
function changedFields<T extends object>(before: T, after: T): Partial<T> {
  const entries = Object.entries(after) as [keyof T & string, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key])),
  ) as Partial<T>;
}

/** Before and after of what the change is about; of secrets only that they were changed. */
function detailOf(before: PersonState, after: PersonState, { password, removeTotp, unlock }: PersonChange) {
  const changed = changedFields(stateOf(before), after);
  const also = [
    ...(password === undefined ? [] : ["password replaced"]),
    ...(removeTotp ? ["second factor removed"] : []),
    ...(unlock ? ["unlocked"] : []),
  ];
  const old = Object.keys(changed).map((key) => [key, before[key as keyof PersonState]]);
  return {
    ...(old.length > 0 ? { before: Object.fromEntries(old), after: changed } : {}),
    ...(also.length > 0 ? { also } : {}),
  };
}

type Refused = ChangeRefusal | "user.last-admin" | "user.exists";

const REFUSALS: Readonly<Record<Refused, string>> = {
  "user.yourself": "another administrator has to do this; the own password and second factor belong to the own account",
  "user.last-admin": "nobody else would be left to see to people: make another administrator first",
  "user.exists": "there is a user of this name already",
  "account.external": "role, scope, password and second factor of this person are the identity provider's",
  "limited-admin": "body.scope is an object: must be null, because an administrator is in charge of the whole fleet",
};

function refusedAs(refused: Refused): AppError {
  return new AppError(refused === "limited-admin" ? "request.invalid" : refused, REFUSALS[refused]);
}

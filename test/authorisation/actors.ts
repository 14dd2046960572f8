import { PERMISSIONS, type Permission, type PermissionDefinition } from "../../domain/access/permissions.ts";
import { ROLES, type Role } from "../../domain/access/session-user.ts";
import type { SiteScope } from "../../domain/access/site-scope.ts";

/** Somebody who tries something. */
export type Actor = {
  readonly name: string;
  /** null = nobody is signed in. */
  readonly role: Role | null;
  readonly scope: SiteScope | null;
  readonly mustChangePassword?: true;
};

const NORTH: SiteScope = { regions: ["north"], zones: [], sites: [] };
const SOUTH: SiteScope = { regions: ["south"], zones: [], sites: [] };

export const NOBODY: Actor = { name: "nobody", role: null, scope: null };
/** The four roles, each with the whole fleet. */
export const UNLIMITED: readonly Actor[] = ROLES.map((role) => ({ name: role, role, scope: null }));
/** People who see a part of the fleet. */
export const LIMITED: readonly Actor[] = [
  { name: "viewer-north", role: "viewer", scope: NORTH },
  { name: "operator-north", role: "operator", scope: NORTH },
  { name: "operator-south", role: "operator", scope: SOUTH },
  { name: "engineer-north", role: "engineer", scope: NORTH },
  { name: "admin-south", role: "admin", scope: SOUTH },
];
/** An administrator who has not replaced the first password yet. */
export const NEWCOMER: Actor = { name: "newcomer", role: "admin", scope: null, mustChangePassword: true };
export const ACTORS: readonly Actor[] = [NOBODY, ...UNLIMITED, ...LIMITED, NEWCOMER];

/**
 * What the permission table says, read here once more and by itself: the test does not ask the function that it tests.
 */
export function tableAllows({ role, scope, mustChangePassword }: Actor, permission: Permission): boolean {
  if (role === null) return false;
  const { lowestRole, isFleetWide }: PermissionDefinition = PERMISSIONS[permission];
  if (mustChangePassword && !permission.startsWith("account:")) return false;
  if (scope !== null && isFleetWide) return false;
  return ROLES.indexOf(role) >= ROLES.indexOf(lowestRole);
}

/** Every one of these with every one of those. */
export function pairs<A, B>(these: readonly A[], those: readonly B[]): [A, B][] {
  return these.flatMap((one) => those.map((other): [A, B] => [one, other]));
}

type Accounts = { query(text: string, values: readonly unknown[]): Promise<unknown> };

/** Accounts for those who have none yet, with the password of the account `operator`. */
export async function addActors(database: Accounts, actors: readonly Actor[]): Promise<void> {
  for (const { name, role, scope, mustChangePassword } of actors) {
    await database.query(
      `insert into user_account (username, password_hash, role, scope, must_change)
        select $1, password_hash, $2, $3::jsonb, $4 from user_account where username = 'operator'`,
      [name, role, scope && JSON.stringify(scope), mustChangePassword === true],
    );
  }
}

/** Counts what was tried, and keeps what came out otherwise than the table says. */
export class Matrix {
  readonly #title: string;
  readonly mismatches: string[] = [];
  #combinations = 0;

  constructor(title: string) {
    this.#title = title;
  }

  get combinations(): number {
    return this.#combinations;
  }

  expect(what: string, actual: unknown, expected: unknown): void {
    this.#combinations += 1;
    if (actual !== expected) this.mismatches.push(`${what}: ${String(actual)} instead of ${String(expected)}`);
  }

  /** For the log of a run. */
  print(): void {
    process.stdout.write(`${this.#title}: ${this.#combinations} combinations, ${this.mismatches.length} mismatches\n`);
  }
}

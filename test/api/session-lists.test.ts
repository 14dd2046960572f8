import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { OnlineSession } from "../../domain/access/online-session.ts";
import { cookiesOf } from "../services/cookies-of.ts";
import { type ApiUnderTest, startApi } from "./api-under-test.ts";
import { aSite } from "./builders.ts";
import { addAccounts, PASSWORD } from "./test-database.ts";

let api: ApiUnderTest;
let offsetMs = 0;
/** What other processes say. */
let elsewhere: OnlineSession[] = [];

beforeAll(async () => {
  const exchange = { tell: () => undefined, heard: () => elsewhere };
  api = await startApi({ sites: [aSite(1)], clock: () => Date.now() + offsetMs, exchange });
});
beforeEach(async () => {
  elsewhere = [];
  offsetMs += 3_600_000;
  await api.database.query("delete from user_account");
  await addAccounts(api.database);
});
afterAll(() => api.close());

type Listed = {
  id: string;
  username: string;
  isCurrent: boolean;
  isOnline: boolean;
  address: string;
  userAgent: string;
};
type Page = { items: Listed[]; nextCursor: string | null; total: number };
type Person = { token: string; cookie: string; id: string };

async function signIn(username: string, userAgent = "a browser"): Promise<Person> {
  const body = { username, password: PASSWORD };
  const headers = { "user-agent": userAgent };
  const answer = await api.call("/api/v1/auth/login", { method: "POST", body, headers });
  const token = (answer.json as { accessToken: string }).accessToken;
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
  const cookie = cookiesOf(answer);
  return { token, cookie, id: (JSON.parse(claims) as { sid: string }).sid };
}

const as = ({ token }: Person) => ({ headers: { authorization: `Bearer ${token}` } });
const own = async (person: Person, query = "") =>
  (await api.call(`/api/v1/account/sessions${query}`, as(person))).json as Page;
const all = async (person: Person, query = "") => (await api.call(`/api/v1/sessions${query}`, as(person))).json as Page;
const end = (path: string, by: Person) => api.call(path, { method: "DELETE", ...as(by) });
const isAlive = async (person: Person) => (await api.call("/api/v1/auth/me", as(person))).status === 200;

test("people see their own living sessions, newest first, and which one is this", async () => {
  const first = await signIn("operator", "first \u00e9 browser");
  const second = await signIn("operator");
  await signIn("viewer");
  const { items, total, nextCursor } = await own(second);
  expect(items.map(({ id, isCurrent }) => [id, isCurrent])).toEqual([
    [second.id, true],
    [first.id, false],
  ]);
  expect([total, nextCursor]).toEqual([2, null]);
  expect(items[1]).toMatchObject({ username: "operator", address: "127.0.0.1", userAgent: "first ? browser" });
  expect(JSON.stringify(items)).not.toMatch(/refresh|hash/);
});

test("lists come in pages that together hold each session once", async () => {
  const people: Person[] = [];
  for (let n = 0; n < 5; n += 1) people.push(await signIn("operator"));
  const admin = await signIn("admin");
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await all(admin, `?username=operator&limit=2${cursor ? `&cursor=${cursor}` : ""}`);
    expect(page.total).toBe(5);
    seen.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor);
  expect(seen.sort()).toEqual(people.map(({ id }) => id).sort());
});

test("one of the own sessions can be ended, and no session of somebody else", async () => {
  const [mine, other, stranger] = [await signIn("operator"), await signIn("operator"), await signIn("viewer")];
  expect((await end(`/api/v1/account/sessions/${other.id}`, mine)).status).toBe(204);
  expect(await isAlive(other)).toBe(false);
  expect((await end(`/api/v1/account/sessions/${stranger.id}`, mine)).status).toBe(404);
  expect((await end(`/api/v1/account/sessions/${other.id}`, mine)).status).toBe(404);
  expect([await isAlive(mine), await isAlive(stranger)]).toEqual([true, true]);
  const renewed = await api.call("/api/v1/auth/refresh", { method: "POST", cookie: other.cookie });
  expect(renewed.status).toBe(401);
});

test("all other sessions can be ended at once", async () => {
  const [mine, a, b, stranger] = [
    await signIn("operator"),
    await signIn("operator"),
    await signIn("operator"),
    await signIn("viewer"),
  ];
  const { json } = await api.call("/api/v1/account/sessions/end-others", { method: "POST", ...as(mine) });
  expect(json).toEqual({ ended: 2 });
  expect(await Promise.all([mine, a, b, stranger].map(isAlive))).toEqual([true, false, false, true]);
});

test("an administrator sees everybody's and ends any; others do not", async () => {
  const [admin, operator, engineer] = [await signIn("admin"), await signIn("operator"), await signIn("engineer")];
  expect((await all(admin)).items.map(({ username }) => username)).toEqual(["engineer", "operator", "admin"]);
  expect((await api.call("/api/v1/sessions", as(engineer))).status).toBe(403);
  expect((await end(`/api/v1/sessions/${operator.id}`, engineer)).status).toBe(403);
  expect((await end(`/api/v1/sessions/${operator.id}`, admin)).status).toBe(204);
  expect(await isAlive(operator)).toBe(false);
  expect((await all(admin)).total).toBe(2);
});

test("sign-ins, endings and sign-outs stand in the audit trail, without any token", async () => {
  const admin = await signIn("admin");
  const operator = await signIn("operator");
  await end(`/api/v1/sessions/${operator.id}`, admin);
  await api.call("/api/v1/auth/login", { method: "POST", body: { username: "operator", password: "wrong" } });
  await api.call("/api/v1/auth/login", { method: "POST", body: { username: "my secret passphrase", password: "x" } });
  await api.call("/api/v1/auth/logout", { method: "POST", ...as(admin) });
  const newest = async () => {
    const { items } = await api.audit.book.list({}, { before: null, limit: 6 });
    return items.map(({ actor, action, outcome, target }) => `${actor} ${action} ${outcome} ${target}`);
  };
  await expect
    .poll(newest, { timeout: 5_000 })
    .toEqual([
      "admin session:sign-out done admin",
      " session:sign-in refused ",
      "operator session:sign-in refused operator",
      "admin session:end done operator",
      "operator session:sign-in done operator",
      "admin session:sign-in done admin",
    ]);
  const [row] = await api.database.query("select string_agg(e::text, ' ') as trail from audit.entry e");
  const trail = String(row?.["trail"]);
  for (const secret of [
    operator.token,
    operator.cookie.split("antbox_refresh=")[1],
    "my secret passphrase",
    PASSWORD,
  ]) {
    expect(trail).not.toContain(secret);
  }
});

test("a sign-in that cannot be audited does not happen", async () => {
  await api.database.query("alter table audit.entry rename to entry_away");
  try {
    const answer = await api.call("/api/v1/auth/login", {
      method: "POST",
      body: { username: "viewer", password: PASSWORD },
    });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([503, []]);
  } finally {
    await api.database.query("alter table audit.entry_away rename to entry");
  }
  const rows = await api.database.query("select revoked_at is not null as ended, ended_reason from session");
  expect(rows).toEqual([{ ended: true, ended_reason: "unaudited" }]);
});

test("on line is whoever made a request within a minute, has a socket open, or is so in another process", async () => {
  const [admin, quiet, watching, distant] = [
    await signIn("admin"),
    await signIn("viewer"),
    await signIn("operator"),
    await signIn("engineer"),
  ];
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/api/v1/live`, {
    headers: { authorization: `Bearer ${watching.token}` },
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const onLine = async () =>
    (await all(admin)).items.filter(({ isOnline }) => isOnline).map(({ username }) => username);
  expect(await onLine()).toEqual(["engineer", "operator", "viewer", "admin"]);
  offsetMs += 61_000;
  await expect.poll(onLine, { timeout: 5_000 }).toEqual(["operator", "admin"]);
  elsewhere = [{ sessionId: distant.id, username: "engineer" }];
  expect(await onLine()).toEqual(["engineer", "operator", "admin"]);
  expect(api.auth.online.usernames().has("viewer")).toBe(false);
  expect(await isAlive(quiet)).toBe(true);
  expect(api.auth.online.usernames().has("viewer")).toBe(true);
  socket.close();
});

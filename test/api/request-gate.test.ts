import { expect, test } from "vitest";
import { createRequestGate, type GateLimits } from "../../api/request-gate.ts";

const LIMITS: GateLimits = { total: 3, perUser: 2, waiting: 3, waitingPerUser: 2, waitMs: 60_000 };
const REFUSED = { code: "request.rate-limited", context: { retryAfterS: 1 } };

/** Notes who got in, in order; the places stay taken until they are left. */
function open(limits = LIMITS) {
  const gate = createRequestGate(limits);
  const inside: { readonly name: string; readonly leave: () => void }[] = [];
  const enter = (username: string, name = username) =>
    gate.enter(username).then((leave) => {
      inside.push({ name, leave });
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { enter, inside, settled, names: () => inside.map(({ name }) => name) };
}

test("whoever finds no place gets the next one that is free, in order", async () => {
  const { enter, inside, settled, names } = open();
  for (const name of ["a", "b", "c", "d", "e"]) void enter(name);
  await settled();
  expect(names()).toEqual(["a", "b", "c"]);
  inside[1]?.leave();
  await settled();
  expect(names()).toEqual(["a", "b", "c", "d"]);
  inside[0]?.leave();
  await settled();
  expect(names()).toEqual(["a", "b", "c", "d", "e"]);
});

test("one user with many holds up nobody else", async () => {
  const { enter, inside, settled, names } = open();
  for (const name of ["a1", "a2", "a3"]) void enter("a", name);
  void enter("b");
  void enter("c");
  await settled();
  expect(names()).toEqual(["a1", "a2", "b"]);
  inside[2]?.leave();
  await settled();
  expect(names()).toEqual(["a1", "a2", "b", "c"]);
  inside[0]?.leave();
  await settled();
  expect(names().at(-1)).toBe("a3");
});

test("beyond those who may wait, one is refused: of all, and of one user", async () => {
  const { enter, settled } = open();
  for (let n = 0; n < 4; n += 1) void enter("a");
  await settled();
  await expect(enter("a")).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining("yours") });
  for (const name of ["b", "c"]) void enter(name);
  await settled();
  await expect(enter("d")).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining("busy") });
});

test("whoever waited in vain is refused, and takes no place later", async () => {
  const { enter, inside, settled, names } = open({ ...LIMITS, total: 1, waitMs: 10 });
  await enter("a");
  await expect(enter("b")).rejects.toMatchObject(REFUSED);
  inside[0]?.leave();
  await enter("c");
  await settled();
  expect(names()).toEqual(["a", "c"]);
});

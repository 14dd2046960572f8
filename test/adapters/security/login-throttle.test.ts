import { expect, test } from "vitest";
import { createLoginThrottle } from "../../../adapters/security/login-throttle.ts";
import { AppError } from "../../../domain/errors.ts";

function aThrottle() {
  const clock = { ms: 0 };
  const throttle = createLoginThrottle(() => clock.ms);
  const tryOnce = (user: string, address: string) => {
    try {
      throttle.begin(user, address);
      return 0;
    } catch (error) {
      return error instanceof AppError ? Number(error.context["retryAfterS"]) : Number.NaN;
    }
  };
  return { clock, throttle, tryOnce };
}

test("one account from one address: five tries are free, then the wait doubles up to a minute", () => {
  const { clock, tryOnce } = aThrottle();
  for (let i = 0; i < 5; i += 1) expect(tryOnce("admin", "a")).toBe(0);
  const waits: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    const wait = tryOnce("admin", "a");
    waits.push(wait);
    clock.ms += wait * 1000;
    expect(tryOnce("admin", "a")).toBe(0);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
});

test("a hundred tries at once are not a hundred free tries", () => {
  const { tryOnce } = aThrottle();
  const passed = Array.from({ length: 100 }, () => tryOnce("admin", "a")).filter((wait) => wait === 0);
  expect(passed).toHaveLength(5);
});

test("many accounts from one address are slowed down too; others' tries never slow the owner down", () => {
  const { tryOnce } = aThrottle();
  const addresses = Array.from({ length: 50 }, (_, i) => tryOnce("admin", `address-${i}`));
  expect(addresses.every((wait) => wait === 0)).toBe(true);
  const accounts = Array.from({ length: 50 }, (_, i) => tryOnce(`user-${i}`, "one"));
  expect(accounts.filter((wait) => wait === 0)).toHaveLength(30);
});

test("the right password forgets the account's failures, and a quarter of an hour forgets all", () => {
  const { clock, throttle, tryOnce } = aThrottle();
  for (let i = 0; i < 4; i += 1) tryOnce("admin", "a");
  throttle.begin("admin", "a")();
  for (let i = 0; i < 5; i += 1) expect(tryOnce("admin", "a")).toBe(0);
  expect(tryOnce("admin", "a")).toBeGreaterThan(0);
  clock.ms += 900_001;
  for (let i = 0; i < 5; i += 1) expect(tryOnce("admin", "a")).toBe(0);
});

test("signing in to an account of one's own between guesses does not wipe the address", () => {
  const { clock, throttle, tryOnce } = aThrottle();
  for (let i = 0; i < 30; i += 1) {
    if (i < 29) throttle.begin("mine", "a")();
    tryOnce(`victim-${i}`, "a");
  }
  clock.ms += 1;
  expect(tryOnce("victim-30", "a")).toBeGreaterThan(0);
});

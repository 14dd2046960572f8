import { describe, expect, test } from "vitest";
import { addressOf, fillIn } from "../../dashboard/client/address.ts";
import { FIRST_PAGE, FIRST_REQUESTS } from "../../domain/live/first-requests.ts";

describe("an address", () => {
  test("is filled in, and nobody breaks out of a segment", () => {
    const path = { id: "a/b?c", readingId: 7 };
    expect(addressOf("POST", "/api/v1/sites/{id}/lab-readings/{readingId}/void", { path })).toBe(
      "/api/v1/sites/a%2Fb%3Fc/lab-readings/7/void",
    );
    expect(fillIn("/x", { query: { a: "1 & 2", b: undefined, c: 0 } })).toBe("/x?a=1+%26+2&c=0");
    expect(addressOf("GET", "/api/v1/about", {})).toBe("/api/v1/about");
  });

  test("of the first requests is, letter by letter, what the page announces", () => {
    const page = (limit: number) => ({ query: { limit } });
    expect(addressOf("GET", "/api/v1/sites", page(FIRST_PAGE.sites))).toBe(FIRST_REQUESTS.sites);
    expect(addressOf("GET", "/api/v1/rounds", page(FIRST_PAGE.rounds))).toBe(FIRST_REQUESTS.rounds);
    expect(addressOf("GET", "/api/v1/status", {})).toBe(FIRST_REQUESTS.status);
  });
});

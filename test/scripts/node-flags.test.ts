import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import nodeFlags from "../../scripts/node-flags.json" with { type: "json" };

it("the image starts the platform with the same flags as npm start", () => {
  const dockerfile = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8");
  const command: unknown = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "null");
  expect(command).toEqual(["node", ...nodeFlags, "dist/server.js"]);
});

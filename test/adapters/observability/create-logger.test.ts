import { expect, test } from "vitest";
import { createLogger } from "../../../adapters/observability/create-logger.ts";

function aLog() {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

test("one entry is one line of JSON with time and level, whatever a name holds", () => {
  const { log, lines } = aLog();
  log.info({ siteId: "a\r\nb\u001b[31m" }, 'line\n{"level":"fatal"}');
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd().split("\n")).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "info", time: expect.stringMatching(/Z$/) });
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: a sign of other languages
test.for(["%s %d %i %f %j %o %O %c", "100 %", "%%", "%n%n%n%n", "%1$s %*d", "{0} ${1} #{2}"])(
  "signs that other languages format by stay as they are: %j",
  (signs) => {
    const { log, lines } = aLog();
    log.info({ username: signs, deep: { name: signs }, err: new Error(signs) }, signs);
    log.child({ siteId: signs }).warn({ reason: signs }, `refused: ${signs}`);
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toMatchObject({ username: signs, deep: { name: signs }, err: { message: signs }, msg: signs });
    expect(second).toMatchObject({ siteId: signs, reason: signs, msg: `refused: ${signs}` });
  },
);

test("secrets are hidden wherever they stand", () => {
  const { log, lines } = aLog();
  const secret = "s3cr3t-value";
  const jwt = `eyJhbGciOi.${secret}aaaa.${secret}bbbb`;
  log.info(
    { password: secret, user: { accessToken: secret, name: "admin" }, headers: { authorization: secret } },
    "facts",
  );
  log.info({ err: new Error(`connect postgres://app:${secret}@db:5432/x failed`) }, "error");
  log.warn({}, `Authorization: Bearer ${secret} antbox_refresh=${secret}; jwt ${jwt}`);
  expect(lines.join("")).not.toContain(secret);
  expect(lines.join("")).toContain("admin");
  expect(lines.join("")).toContain("db:5432/x failed");
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
});

import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sources = globSync("dashboard/**/*.{ts,vue,html}")
  .sort()
  .map((file) => ({ file, text: readFileSync(file, "utf8") }));

/** Every field of a page that takes a password, by its file. */
const fields = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/<input\b[^>]*>/g)]
    .map(([field]) => ({ file, field }))
    .filter(({ field }) => /password/i.test(field) && !field.includes('type="checkbox"')),
);
/** Here an administrator makes a first password for somebody else, and has to read it out. */
const OF_SOMEBODY_ELSE = "dashboard/admin/people/NewPerson.vue";
const own = fields.filter(({ file }) => file !== OF_SOMEBODY_ELSE);

test("a password is masked where its owner types it", () => {
  expect(own.length).toBeGreaterThanOrEqual(8);
  expect(fields.length).toBe(own.length + 1);
  for (const { file, field } of own) expect(field, file).toContain('type="password"');
});

test("a password may be pasted, and a manager may fill it in", () => {
  for (const { file, field } of own) {
    expect(field, file).toMatch(/autocomplete="(?:current|new)-password"/);
    expect(Number(/maxlength="(\d+)"/.exec(field)?.[1]), file).toBeGreaterThanOrEqual(200);
  }
  for (const { file, text } of sources) expect(text, file).not.toMatch(/\b(?:on|@|v-on:|["'])(?:paste|beforeinput)\b/);
});

test("a browser keeps choices of how things look, and nothing else", () => {
  const kept = sources.flatMap(({ text }) => [
    ...[...text.matchAll(/\bsavePreference\(([^,)]+),/g)].map(([, name]) => name),
    ...[...text.matchAll(/\bsessionStorage\.setItem\(([^,]+),/g)].map(([, name]) => name),
  ]);
  expect([...new Set(kept)].sort()).toEqual([
    '"alarm-muted-until"',
    '"alarm-sound"',
    '"antbox.evaluation"',
    '"antbox.self-alarms"',
    '"locale"',
    '"overview.arrangement"',
    '"overview.compact"',
    '"site.video"',
    '"sound"',
    '"theme"',
    '"video.wall"',
    "name: string",
  ]);
  const ways = sources.filter(({ text }) => /\blocalStorage\b/.test(text)).map(({ file }) => file);
  expect(ways).toEqual(["dashboard/composables/preferences.ts"]);
  for (const { file, text } of sources)
    expect(text, file).not.toMatch(/\bindexedDB\b|document\.cookie|\bcaches\.open\b/);
});

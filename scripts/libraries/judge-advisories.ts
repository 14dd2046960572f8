import { z } from "zod";

/** Days from the day that a weakness became known here to the release without it; docs/security.md says the same. */
export const REPLACED_WITHIN_DAYS = { critical: 3, high: 7, moderate: 30, low: 90 } as const;

const Record = z.strictObject({
  id: z.string().regex(/^GHSA(-[a-z\d]{4}){3}$/),
  package: z.string().min(1),
  severity: z.enum(["critical", "high", "moderate", "low"]),
  knownSince: z.iso.date(),
  /** Why it cannot be reached here. Without it the library has to be replaced in time. */
  notAffected: z.string().trim().min(20).optional(),
});
/** Weaknesses that somebody has looked at: `docs/weaknesses.yaml`. */
export const Weaknesses = z.strictObject({ weaknesses: z.array(Record) });

const Advisory = z.looseObject({
  url: z.string(),
  name: z.string(),
  severity: z.enum(["critical", "high", "moderate", "low", "info"]),
  title: z.string(),
});
/** What `npm audit --json` prints (format 2); `via` also names other packages that bring one in. */
const Report = z.looseObject({
  vulnerabilities: z.record(z.string(), z.looseObject({ via: z.array(z.union([z.string(), Advisory])) })),
});

export type Judgement = { readonly kind: "overdue" | "unknown" | "due" | "not affected"; readonly text: string };

/**
 * Holds what npm reports against what was written down.
 *
 * @param report what `npm audit --json` printed
 * @param today ISO date
 * @returns null for what is no report, as when the registry does not answer; `overdue` and `unknown` must not be released
 */
export function judgeAdvisories(
  report: unknown,
  { weaknesses }: z.infer<typeof Weaknesses>,
  today: string,
): Judgement[] | null {
  const parsed = Report.safeParse(report);
  if (!parsed.success) return null;
  const found = Object.values(parsed.data.vulnerabilities).flatMap(({ via }) =>
    via.filter((one) => typeof one !== "string"),
  );
  const byId = new Map(found.map((advisory) => [advisory.url.split("/").at(-1) ?? "", advisory]));
  return [...byId].map(([id, { name, severity, title }]) => {
    const record = weaknesses.find((one) => one.id === id);
    const what = `${name}: ${title} (${severity}, ${id})`;
    if (!record) return { kind: "unknown", text: `${what}: write it down in docs/weaknesses.yaml` };
    if (record.notAffected) return { kind: "not affected", text: `${what}: ${record.notAffected}` };
    const dueOn = dayAfter(record.knownSince, REPLACED_WITHIN_DAYS[severity === "info" ? "low" : severity]);
    return { kind: dueOn < today ? "overdue" : "due", text: `${what}: to be replaced by ${dueOn}` };
  });
}

/**
 * What a lock file holds that does not come from the registry, or whose bytes it does not pin. An entry without an address
 * comes from the registry that npm is set to, a mirror perhaps: the hash says that it is the same.
 */
export function strangersIn(lock: unknown): string[] {
  const { packages } = z.looseObject({ packages: z.record(z.string(), z.looseObject({})) }).parse(lock);
  return Object.entries(packages)
    .filter(([name, { link, inBundle, resolved, integrity }]) => {
      if (name === "" || link === true || inBundle === true) return false;
      const isFromRegistry = resolved === undefined || /^https:\/\/registry\.npmjs\.org\//.test(String(resolved));
      return !(isFromRegistry && /^sha512-/.test(String(integrity)));
    })
    .map(([name]) => name);
}

function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);
}

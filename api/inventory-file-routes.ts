import { z } from "zod";
import type { UploadedRow } from "../adapters/inventory/read-import.ts";
import { readUpload } from "../adapters/inventory/read-upload.ts";
import type { SiteChange } from "../adapters/inventory/site-repository.ts";
import { SITES_FORMATS, SITES_TYPES, writeSites } from "../adapters/inventory/write-sites.ts";
import { isInScope, type SiteScope } from "../domain/access/site-scope.ts";
import { AppError } from "../domain/errors.ts";
import type { Site } from "../domain/sites/site.ts";
import { changedFields, describeSiteChange, mayPlace } from "../domain/sites/site-change.ts";
import { type ImportRow, type RowProblem, SiteImportReport } from "../domain/sites/site-import.ts";
import { actorOf } from "./audit-actor.ts";
import type { ApiContext } from "./context.ts";
import { changedMeanwhile } from "./preconditions.ts";
import { defineRoute, type RawRequest, type Route } from "./route.ts";
import { stored } from "./stored.ts";
import { scopeOf, visibleSites } from "./visible-sites.ts";

const tag = "Inventory";
const MAX_FILE_BYTES = 8 * 1024 ** 2;
const SHOWN_ROWS = 2_000;
/** An entry of the audit trail is cut beyond 16,000 characters. */
const AUDIT_CHARS = 12_000;

const ImportQuery = z.strictObject({
  dryRun: z.enum(["true", "false"]).default("false").describe("`true` says what would be done and changes nothing"),
});
const ExportQuery = z.strictObject({ format: z.enum(SITES_FORMATS).default("yaml") });

type Judged = { readonly report: ImportRow; readonly change: SiteChange | null; readonly before: Site | null };

function judgeRow(context: ApiContext, scope: SiteScope | null, row: UploadedRow, index: number): Judged {
  const base = { row: index + 1, line: row.line, id: row.id };
  const refuse = (problems: readonly RowProblem[]): Judged => ({
    report: { ...base, verdict: "error", changes: [], problems: [...problems] },
    change: null,
    before: null,
  });
  const { site } = row;
  if (site === null) return refuse(row.problems);
  const before = context.inventory.get(site.id) ?? null;
  const problem = problemOf(context, scope, before, site);
  if (problem) return refuse([problem]);
  if (before === null) {
    const report: ImportRow = { ...base, verdict: "added", changes: [], problems: [] };
    return { report, change: { site, onVersion: 0 }, before };
  }
  const changes: string[] = changedFields(before, site);
  const verdict = changes.length > 0 ? "changed" : "unchanged";
  const change = changes.length > 0 ? { site, onVersion: context.inventory.versionOf(site.id) } : null;
  return { report: { ...base, verdict, changes, problems: [] }, change, before };
}

/** What speaks against a row that is well written. A site outside the limits is spoken of like one that is not there. */
function problemOf(
  { inventory }: ApiContext,
  scope: SiteScope | null,
  before: Site | null,
  site: Site,
): RowProblem | null {
  const isForeign = before !== null && !isInScope(scope, before);
  if (isForeign || !isInScope(scope, site) || (before !== null && !mayPlace(scope, before, site))) {
    const allowed = { "zh-CN": "不在你的管理范围内", en: "is outside the regions, zones and sites that count for you" };
    return { field: "id", value: site.id, allowed };
  }
  const file = before === null ? null : inventory.managedBy(site.id);
  if (before === null || file === null || changedFields(before, site).length === 0) return null;
  const allowed = {
    "zh-CN": `由站点文件 ${file} 管理，请在文件中修改`,
    en: `the sites file ${file} says what it is: change it there`,
  };
  return { field: "id", value: site.id, allowed };
}

function countOf(rows: readonly Judged[], verdict: ImportRow["verdict"]): number {
  return rows.filter(({ report }) => report.verdict === verdict).length;
}

const ORDER: readonly ImportRow["verdict"][] = ["error", "added", "changed", "unchanged"];

function reportOf(rows: readonly Judged[], visible: readonly Site[], isDryRun: boolean): SiteImportReport {
  const named = new Set(rows.map(({ report }) => report.id));
  const sorted = rows.map(({ report }) => report).sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
  return {
    isDryRun,
    isApplied: !isDryRun,
    added: countOf(rows, "added"),
    changed: countOf(rows, "changed"),
    unchanged: countOf(rows, "unchanged"),
    errors: countOf(rows, "error"),
    unlisted: visible.filter(({ id }) => !named.has(id)).length,
    rows: sorted.slice(0, SHOWN_ROWS),
  };
}

/** Every change in full, in as many entries as it takes. */
function auditDetails(rows: readonly Judged[]): Record<string, unknown>[] {
  const pages: Record<string, unknown>[] = [];
  let page: Record<string, unknown> = {};
  let chars = 0;
  for (const { change, before } of rows) {
    if (change === null) continue;
    const facts = describeSiteChange(before, change.site);
    const own = JSON.stringify(facts).length + change.site.id.length;
    if (chars > 0 && chars + own > AUDIT_CHARS) {
      pages.push(page);
      page = {};
      chars = 0;
    }
    page[change.site.id] = facts;
    chars += own;
  }
  if (chars > 0) pages.push(page);
  return pages;
}

async function applyImport(
  context: ApiContext,
  { session, address }: Pick<RawRequest, "session" | "address">,
  rows: readonly Judged[],
): Promise<void> {
  const changes = rows.flatMap(({ change }) => change ?? []);
  if (changes.length === 0) return;
  const entry = { ...actorOf(session, address), action: "site:import" };
  const details = auditDetails(rows);
  for (const [index, sites] of details.entries()) {
    const part = `${index + 1}/${details.length}`;
    await context.audit.record({ ...entry, outcome: "done", detail: { part, count: changes.length, sites } });
  }
  const fail = (reason: string) => context.audit.note({ ...entry, outcome: "failed", detail: { reason } });
  const isDone = await stored(context.inventory.change(changes)).catch((error: unknown) => {
    fail("the database is away");
    throw error;
  });
  if (isDone) return;
  fail("changed by somebody else meanwhile");
  throw changedMeanwhile();
}

/** @throws {AppError} `inventory.invalid` that names the first bad rows */
function refuseErrors(rows: readonly Judged[]): void {
  const bad = rows.filter(({ report }) => report.verdict === "error");
  if (bad.length === 0) return;
  const lines = bad.slice(0, 5).map(({ report: { row, line, problems } }) => {
    const place = line === null ? `row ${row}` : `row ${row}, line ${line}`;
    return `${place}: ${problems.map(({ field, allowed }) => `${field}: ${allowed.en}`).join(", ")}`;
  });
  const more = bad.length > lines.length ? `; and ${bad.length - lines.length} more` : "";
  throw new AppError("inventory.invalid", `nothing was applied: ${lines.join("; ")}${more}`);
}

async function textOf(upload: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of upload) chunks.push(chunk);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new AppError("inventory.invalid", "the file is not UTF-8", { cause });
  }
}

export const INVENTORY_FILE_ROUTES: readonly Route[] = [
  defineRoute({
    method: "POST",
    path: "/api/v1/sites/import",
    access: "sites:manage",
    tag,
    summary: {
      "zh-CN": "导入站点清单（YAML 或 JSON），可先试运行",
      en: "Adds and replaces sites from a sites file, YAML or JSON: all of it or nothing",
    },
    query: ImportQuery,
    upload: {
      contentType: "application/yaml",
      also: ["application/json", "application/x-yaml", "text/yaml"],
      maxBytes: MAX_FILE_BYTES,
    },
    answer: {
      status: 200,
      description:
        "What was done, or would be. A trial names every bad row with line, field, value and what is allowed; " +
        "without `dryRun` bad rows are a problem. Sites that the file does not name stay as they are",
      schema: SiteImportReport,
    },
    refusals: [412, 429, 503],
    isCostly: true,
    isLong: true,
    async handle({ query, upload, session, address }, { context }) {
      const isDryRun = query.dryRun === "true";
      const profileIds = context.profiles.map(({ profile }) => profile.id);
      const uploaded = await readUpload(await textOf(upload), profileIds);
      const scope = scopeOf(session);
      const rows = uploaded.map((row, index) => judgeRow(context, scope, row, index));
      const report = reportOf(rows, visibleSites(context, session), isDryRun);
      if (isDryRun) return { kind: "json", body: report };
      refuseErrors(rows);
      await applyImport(context, { session, address }, rows);
      return { kind: "json", body: report };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/v1/sites/export",
    access: "sites:export",
    tag,
    summary: {
      "zh-CN": "导出站点清单（含地址）",
      en: "The inventory as a sites file, with its private addresses; it is written to the audit trail",
    },
    query: ExportQuery,
    answer: {
      status: 200,
      description: "What `POST /api/v1/sites/import` and SITES_FILE take",
      contentType: SITES_TYPES.yaml,
      otherTypes: [SITES_TYPES.json],
    },
    refusals: [503],
    async handle({ query: { format }, session, address }, { context, clock }) {
      const sites = visibleSites(context, session);
      const detail = { format, sites: sites.length };
      await context.audit.record({ ...actorOf(session, address), action: "site:export", outcome: "done", detail });
      const stamp = new Date(clock()).toISOString().replace(/[-:]|\.\d+/g, "");
      const fileName = `antbox-sites-${stamp}.${format}`;
      return { kind: "stream", contentType: SITES_TYPES[format], fileName, chunks: writeSites(sites, format) };
    },
  }),
];

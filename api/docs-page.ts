import { PERMISSIONS } from "../domain/access/permissions.ts";
import { escapeHtml } from "../domain/escape-html.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { PROBLEMS } from "./problem.ts";

export type DocsLanguage = "zh-CN" | "en";

const WORDS = {
  title: { "zh-CN": "接口文档", en: "API reference" },
  intro: {
    "zh-CN": "请求和应答均为 JSON，时间为 ISO 8601 UTC。机器可读版本：",
    en: "Requests and answers are JSON, times ISO 8601 in UTC. For programs:",
  },
  parameters: { "zh-CN": "参数", en: "Parameters" },
  body: { "zh-CN": "请求体", en: "Request body" },
  example: { "zh-CN": "示例", en: "Example" },
  answers: { "zh-CN": "应答", en: "Answers" },
  schemas: { "zh-CN": "数据结构", en: "Schemas" },
  problems: { "zh-CN": "错误代码", en: "Problem codes" },
  needs: { "zh-CN": "需要权限", en: "Needs permission" },
  from: { "zh-CN": "最低角色", en: "lowest role" },
  everybody: { "zh-CN": "无需登录", en: "Without a session" },
} as const;

type Content = Readonly<Record<string, { readonly schema: unknown; readonly example?: unknown }>>;

type Operation = {
  readonly summary: string;
  readonly "x-summary-zh-CN": string;
  readonly "x-permission"?: keyof typeof PERMISSIONS;
  readonly tags: readonly string[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly description?: string;
    readonly schema: unknown;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        readonly $ref?: string;
        readonly content?: Content;
      }
    >
  >;
};

/** The reference as one static page: no script, no other host. Everything in it comes from the document. */
export function renderDocs(document: OpenApiDocument, language: DocsLanguage): string {
  const word = (key: keyof typeof WORDS) => escapeHtml(WORDS[key][language]);
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, operation: one as unknown as Operation })),
  );
  const sections = document.tags.map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    return `<h2>${escapeHtml(name)}</h2>${own.map((one) => renderOperation(one, language)).join("")}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escapeHtml(name)}"><summary>${escapeHtml(name)}</summary>${code(schema)}</details>`,
  );
  const problems = Object.entries(PROBLEMS).map(
    ([id, { status, title, zh }]) =>
      `<tr id="${escapeHtml(id)}"><td><code>${escapeHtml(id)}</code></td><td>${status}</td><td>${escapeHtml(language === "en" ? title : zh)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>AntBox Flow · ${word("title")}</title><link rel="stylesheet" href="/docs/style.css"></head>
<body><main>
<nav><a href="?lang=zh-CN" lang="zh-CN">中文</a> <a href="?lang=en" lang="en">English</a></nav>
<h1>AntBox Flow · ${word("title")}</h1>
<p>${word("intro")} <a href="/openapi.json">/openapi.json</a> · <a href="#problems">${word("problems")}</a></p>
${sections.join("\n")}
<h2>${word("schemas")}</h2>${schemas.join("\n")}
<h2 id="problems">${word("problems")}</h2><table><tbody>${problems.join("\n")}</tbody></table>
</main></body></html>`;
}

function renderOperation(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  language: DocsLanguage,
): string {
  const word = (key: keyof typeof WORDS) => escapeHtml(WORDS[key][language]);
  const permission = operation["x-permission"];
  const rows = operation.parameters.map(
    ({ name, in: place, required, description, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code>${required ? " *" : ""}</td><td>${escapeHtml(place)}</td><td>${escapeHtml(description ?? "")} <code>${escapeHtml(JSON.stringify(schema))}</code></td></tr>`,
  );
  const [body] = Object.values(operation.requestBody?.content ?? {});
  const exampleOf = (shown: unknown) =>
    shown === undefined ? "" : `<details><summary>${word("example")}</summary>${code(shown)}</details>`;
  const answers = Object.entries(operation.responses).map(([status, { description, $ref, content }]) => {
    const { schema, example } = Object.values(content ?? {})[0] ?? {};
    return `<tr><td>${escapeHtml(status)}</td><td>${escapeHtml(description ?? $ref?.split("/").at(-1) ?? "")} ${schema ? reference(schema) : ""}${exampleOf(example)}</td></tr>`;
  });
  return `<details><summary><b>${escapeHtml(method.toUpperCase())}</b> <code>${escapeHtml(path)}</code> ${escapeHtml(
    language === "en" ? operation.summary : operation["x-summary-zh-CN"],
  )}</summary>
<p>${
    permission
      ? `${word("needs")} <code>${escapeHtml(permission)}</code> (${escapeHtml(PERMISSIONS[permission].label[language])}; ${word("from")}: ${PERMISSIONS[permission].lowestRole})`
      : word("everybody")
  }</p>
${rows.length > 0 ? `<h3>${word("parameters")}</h3><table><tbody>${rows.join("")}</tbody></table>` : ""}
${body ? `<h3>${word("body")}</h3>${reference(body.schema)}${exampleOf(body.example)}` : ""}
<h3>${word("answers")}</h3><table><tbody>${answers.join("")}</tbody></table></details>`;
}

/** A link to a named schema, or the schema itself. */
function reference(schema: unknown): string {
  const { $ref } = schema as { $ref?: string };
  const name = $ref?.split("/").at(-1);
  return name ? `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>` : code(schema);
}

/** JSON, or the text of a file as it is. */
function code(shown: unknown): string {
  return `<pre><code>${escapeHtml(typeof shown === "string" ? shown : JSON.stringify(shown, null, 2))}</code></pre>`;
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; }
nav { text-align: right; }
h2 { margin-top: 2rem; border-bottom: 1px solid GrayText; }
h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
details { border: 1px solid color-mix(in srgb, GrayText 40%, transparent); border-radius: 4px; margin: 0.5rem 0; padding: 0.25rem 0.75rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td { border-top: 1px solid color-mix(in srgb, GrayText 30%, transparent); padding: 0.25rem 0.5rem; vertical-align: top; overflow-wrap: anywhere; }
pre { overflow: auto; max-height: 30rem; }
code { font: 0.875em/1.4 ui-monospace, monospace; }
a { color: LinkText; }
:target { outline: 2px solid Highlight; }
`;

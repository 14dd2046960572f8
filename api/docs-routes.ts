import { z } from "zod";
import { DOCS_STYLE, type DocsLanguage, renderDocs } from "./docs-page.ts";
import type { OpenApiDocument } from "./openapi.ts";
import { type Representation, represent } from "./representation.ts";
import { defineRoute, type Route } from "./route.ts";

const tag = "Documentation";
const made = new WeakMap<OpenApiDocument, Map<string, Representation>>();

/** The document does not change while the process runs: each form of it is made once. */
function once(document: OpenApiDocument, form: string, make: () => Representation): Representation {
  const forms = made.get(document) ?? new Map<string, Representation>();
  made.set(document, forms);
  const known = forms.get(form) ?? make();
  forms.set(form, known);
  return known;
}

/** What the address asks for, otherwise the first language that the browser likes and we have. */
function chooseLanguage(asked: DocsLanguage | undefined, accepted: string | undefined): DocsLanguage {
  if (asked) return asked;
  const [first] = (accepted ?? "").toLowerCase().match(/\b(zh|en)\b/) ?? [];
  return first === "zh" ? "zh-CN" : "en";
}

export const DOCS_ROUTES: readonly Route[] = [
  defineRoute({
    method: "GET",
    path: "/openapi.json",
    access: "docs:read",
    tag,
    summary: { "zh-CN": "OpenAPI 3.1 文档", en: "This reference as an OpenAPI 3.1 document" },
    answer: { status: 200, description: "The document", contentType: "application/json", isTagged: true },
    handle(_request, { document }) {
      const content = document();
      const make = () => represent("application/json; charset=utf-8", JSON.stringify(content));
      return { kind: "representation", representation: once(content, "json", make) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/docs",
    access: "docs:read",
    tag,
    summary: { "zh-CN": "接口文档页面", en: "This reference as a page" },
    query: z.strictObject({ lang: z.enum(["zh-CN", "en"]).optional() }),
    answer: { status: 200, description: "The page", contentType: "text/html", isTagged: true },
    isPage: true,
    handle({ query, headers }, { document }) {
      const content = document();
      const language = chooseLanguage(query.lang, headers["accept-language"]);
      const make = () => represent("text/html; charset=utf-8", renderDocs(content, language));
      return { kind: "representation", representation: once(content, language, make) };
    },
  }),
  defineRoute({
    method: "GET",
    path: "/docs/style.css",
    access: "docs:read",
    tag,
    summary: { "zh-CN": "文档页面的样式", en: "Style of the reference page" },
    answer: { status: 200, description: "CSS", contentType: "text/css", isTagged: true },
    handle(_request, { document }) {
      const make = () => represent("text/css; charset=utf-8", DOCS_STYLE);
      return { kind: "representation", representation: once(document(), "css", make) };
    },
  }),
];

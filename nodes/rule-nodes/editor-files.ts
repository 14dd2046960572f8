import { labelOf, Signal, unitOf } from "../../domain/alarms/read-signal.ts";
import type { RuleNode } from "./define-rule-node.ts";
import type { Field, FieldInput, Words } from "./fields.ts";
import { FORM_WORDS, HELP_WORDS } from "./words.ts";

type Language = keyof Words;
/** Node-RED's name of each language. */
const LANGUAGES: readonly (readonly [Language, string])[] = [
  ["zh-CN", "zh-CN"],
  ["en", "en-US"],
];
/** Where the script of the editor has its list of nodes. */
const PLACE = "const NODES = [];";

/**
 * What Node-RED looks for beside the script of these nodes: their forms, and labels and help in both languages.
 *
 * @param script the editor's part, the same for all
 * @returns text by file name, below the folder of the script
 */
export function editorFiles(nodes: readonly RuleNode[], script: string): Readonly<Record<string, string>> {
  if (!script.includes(PLACE)) throw new Error(`the editor's script must have the line ${PLACE}`);
  const shown = nodes.map(({ type, icon, settings }) => ({
    type,
    icon,
    fields: Object.entries(settings).map(([name, { initial, input }]) => ({ name, initial, input: checkedBy(input) })),
  }));
  const list = JSON.stringify(shown).replaceAll("<", "\\u003c");
  const files: Record<string, string> = {
    "rule-nodes.html": [...nodes.map(formOf), script.replace(PLACE, () => `const NODES = ${list};`)].join("\n"),
  };
  for (const [language, folder] of LANGUAGES) {
    files[`locales/${folder}/rule-nodes.json`] = `${JSON.stringify(labelsOf(nodes, language), null, 2)}\n`;
    files[`locales/${folder}/rule-nodes.html`] = nodes.map((node) => helpOf(node, language)).join("\n");
  }
  return files;
}

/** What the form has to know to mark a wrong entry. */
function checkedBy(input: FieldInput) {
  if (input.kind === "choice") return { kind: "choice", values: input.options.map(({ value }) => value) };
  return input.kind === "signal" ? { kind: "choice", values: Signal.options } : input;
}

function formOf({ type, settings }: RuleNode): string {
  const rows = Object.entries(settings).map(([name, { input }]) =>
    row(name, keyOf(type, name), controlOf(`node-input-${name}`, keyOf(type, name), input)),
  );
  return `<script type="text/html" data-template-name="${type}">
${row("name", "rule-nodes.form.name", '<input type="text" id="node-input-name" maxlength="120">')}
${row("platform", "rule-nodes.form.platform", '<input type="text" id="node-input-platform">')}
${rows.join("\n")}
  <div class="form-row" id="antbox-rule-node-check" role="status" style="white-space: pre-wrap"></div>
  <div class="form-row"><b data-i18n="rule-nodes.form.now"></b><div id="antbox-rule-node-now" role="status"></div></div>
</script>`;
}

function row(name: string, key: string, control: string): string {
  return `  <div class="form-row"><label for="node-input-${name}" data-i18n="${key}"></label> ${control}</div>`;
}

function controlOf(id: string, key: string, input: FieldInput): string {
  switch (input.kind) {
    case "number":
      return `<input type="number" id="${id}" min="${input.min}" max="${input.max}" step="any">`;
    case "flag":
      return `<input type="checkbox" id="${id}" style="width: auto">`;
    case "text":
      return `<textarea id="${id}" rows="2" maxlength="${input.most}" style="width: 70%"></textarea>`;
    case "signal":
      return select(
        id,
        Signal.options.map((name) => [name, `rule-nodes.signal.${name}`]),
      );
    case "choice":
      return select(
        id,
        input.options.map(({ value }, place) => [value, `${key}-${place}`]),
      );
  }
}

function select(id: string, options: readonly (readonly [value: string, key: string])[]): string {
  const rows = options.map(([value, key]) => `<option value="${escapeHtml(value)}" data-i18n="${key}"></option>`);
  return `<select id="${id}" style="width: 70%">${rows.join("")}</select>`;
}

/** Words are asked for by keys without a sign that means something to the translator: choices by their place. */
function keyOf(type: string, name: string): string {
  return `rule-nodes.setting.${type}.${name}`;
}

function labelsOf(nodes: readonly RuleNode[], language: Language) {
  const form = Object.entries(FORM_WORDS).map(([key, words]) => [key, words[language]]);
  const signal = Signal.options.map((name) => [name, signalText(name, language)]);
  const node = nodes.map(({ type, label }) => [type, label[language]]);
  const setting = nodes.map(({ type, settings }) => [type, settingLabels(settings, language)]);
  return {
    "rule-nodes": {
      form: Object.fromEntries(form),
      status: { "bad-config": FORM_WORDS.badConfig[language] },
      node: Object.fromEntries(node),
      setting: Object.fromEntries(setting),
      signal: Object.fromEntries(signal),
    },
  };
}

function signalText(name: Signal, language: Language): string {
  const unit = unitOf(name);
  return `${labelOf(name)[language]}${unit === "" ? "" : ` (${unit})`} · ${name}`;
}

function settingLabels(settings: RuleNode["settings"], language: Language): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, { label, input }]) => [
      [name, label[language]],
      ...(input.kind === "choice"
        ? input.options.map((option, place) => [`${name}-${place}`, option.label[language]])
        : []),
    ]),
  );
}

function helpOf({ type, help, settings }: RuleNode, language: Language): string {
  const words = (key: keyof typeof HELP_WORDS) => escapeHtml(HELP_WORDS[key][language]);
  const terms = Object.values(settings).map(
    (field) => `  <dt>${escapeHtml(field.label[language])}</dt><dd>${escapeHtml(explain(field, language))}</dd>`,
  );
  return `<script type="text/html" data-help-name="${type}">
<p>${escapeHtml(help[language])}</p>
<h3>${words("settings")}</h3>
<dl class="message-properties">
${terms.join("\n")}
</dl>
<h3>${words("wires")}</h3>
<p>${words("wiresText")}</p>
<h3>${words("status")}</h3>
<p>${words("statusText")}</p>
<h3>${words("errors")}</h3>
<p>${words("errorsText")}</p>
<h3>${words("example")}</h3>
<p>${words("exampleText")}</p>
</script>`;
}

/** The hint, and what is allowed. */
function explain({ hint, input }: Field<unknown>, language: Language): string {
  const allowed = input.kind === "number" ? `${input.min} – ${input.max}` : "";
  const choices = input.kind === "choice" ? input.options.map(({ label }) => label[language]).join(" · ") : "";
  return [hint?.[language], allowed, choices].filter((part) => part !== undefined && part !== "").join(" ");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

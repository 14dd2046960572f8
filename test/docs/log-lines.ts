import ts from "typescript";

/** One place in the source that writes a log line. `text`: every sentence that may stand there; `…` is filled in. */
export type LogLine = {
  readonly file: string;
  readonly level: string;
  readonly texts: readonly string[];
  readonly fields: readonly string[];
};

const LEVELS = new Set(["fatal", "error", "warn", "info", "debug", "trace"]);
/** Whatever writes without the log: to a terminal, or to a file that grows. */
const SINKS =
  /\b(console\.\w+|process\.(?:stdout|stderr)\b|createWriteStream|appendFile(?:Sync)?|(?<=[=(?:] ?)pino\()/g;

/** Every call of a log in a source text, in order. */
export function logLinesIn(file: string, text: string): LogLine[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: LogLine[] = [];
  const visit = (node: ts.Node) => {
    const level = levelOf(node);
    if (level !== null && ts.isCallExpression(node)) {
      const [facts, sentence] = node.arguments;
      found.push({ file, level, texts: sentence ? textsOf(sentence) : ["…"], fields: facts ? fieldsOf(facts) : [] });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Actions of audit entries that a source text names, such as `user:update`. */
export function auditActionsIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === "action") found.push(...actionsIn(node.initializer));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a source text writes by without the log. */
export function sinksIn(text: string): string[] {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  return [...new Set([...code.matchAll(SINKS)].map(([, name = ""]) => name.replace("(", "")))].sort();
}

/** `log.warn(…)`, `options.log.warn(…)`, `log?.warn(…)`, `log[level](…)`. */
function levelOf(node: ts.Node): string | null {
  if (!ts.isCallExpression(node)) return null;
  const { expression } = node;
  const isLog = (one: ts.Expression) => /(?:^|\.)(?:log|logger)$/i.test(one.getText());
  if (ts.isPropertyAccessExpression(expression) && LEVELS.has(expression.name.text) && isLog(expression.expression)) {
    return expression.name.text;
  }
  return ts.isElementAccessExpression(expression) && isLog(expression.expression) ? "any" : null;
}

function textsOf(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("")];
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isIdentifier(node)) return constantTexts(node) ?? ["…"];
  return ["…"];
}

/** The texts of a constant of the same block, as `const text = …; log.warn({}, text)` has it. */
function constantTexts(name: ts.Identifier): string[] | null {
  const around: ts.Node[] = [];
  for (let node: ts.Node = name; node.parent; node = node.parent) around.push(node.parent);
  const found = around.flatMap(constantsOf).find((one) => one.name.getText() === name.text);
  return found?.initializer ? textsOf(found.initializer) : null;
}

function constantsOf(scope: ts.Node): readonly ts.VariableDeclaration[] {
  if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) return [];
  return scope.statements.filter(ts.isVariableStatement).flatMap((one) => [...one.declarationList.declarations]);
}

function fieldsOf(node: ts.Expression): string[] {
  if (!ts.isObjectLiteralExpression(node)) return ["…"];
  return node.properties.map((property) => {
    if (ts.isSpreadAssignment(property)) return "…";
    return property.name?.getText() ?? "…";
  });
}

function actionsIn(node: ts.Expression): string[] {
  if (ts.isConditionalExpression(node)) return [...actionsIn(node.whenTrue), ...actionsIn(node.whenFalse)];
  return ts.isStringLiteralLike(node) && /^[a-z-]+:[a-z-]+$/.test(node.text) ? [node.text] : [];
}

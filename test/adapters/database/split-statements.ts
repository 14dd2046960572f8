/** One piece of SQL at a time: a comment, a quoted text, a body between dollars, a semicolon, anything else. */
const PIECE = /--[^\n]*|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|;|[^;'$-]+|[\s\S]/g;

/** The statements of an SQL text, without comments in front of them. */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = "";
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece.startsWith("--")) continue;
    if (piece === ";") {
      statements.push(current.trim());
      current = "";
    } else {
      current += piece;
    }
  }
  return [...statements, current.trim()].filter((statement) => statement !== "");
}

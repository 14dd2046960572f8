/** What an expression may cost. Refused at save: all of these. Checked again at run time: list length and steps. */
export const EXPRESSION_LIMITS = {
  /** Characters of the text. */
  chars: 8192,
  /** Nodes of the syntax tree; brackets are none. */
  nodes: 500,
  /** Brackets, arguments, list items, branches and prefix operators inside each other. */
  depth: 24,
  /** Items of a list. */
  items: 256,
  /** `exists`, `all` and `filter` inside each other. */
  macroDepth: 2,
  /** Nodes visited in the worst case [J]. */
  steps: 10_000,
  /** Characters of one text between quotes. */
  textChars: 200,
} as const;

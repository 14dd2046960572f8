/** Typed columns of a fixed length: a row is a few bytes, not an object. */
type Columns = Uint8Array | Uint32Array | Float64Array;

/** Numbered rows; when `capacity` is reached the oldest are overwritten. Memory grows in blocks with what is really stored. */
export type RowStore<Name extends string> = {
  /** Adds a row of zeroes and returns its number, which only grows. */
  add: () => number;
  set: (row: number, name: Name, value: number) => void;
  get: (row: number, name: Name) => number;
  /** Numbers of the oldest row that is kept, and of the next one to come. */
  firstRow: () => number;
  nextRow: () => number;
};

const BLOCK_ROWS = 16_384;

export function createRowStore<Name extends string>(
  types: Readonly<Record<Name, "u8" | "u32" | "f64">>,
  capacity: number,
): RowStore<Name> {
  // one block more than the capacity: the newest one is only partly full
  const blockCount = Math.ceil(capacity / BLOCK_ROWS) + 1;
  const blocks: Record<Name, Columns>[] = [];
  let next = 0;
  const firstRow = () => Math.max(0, (Math.ceil(next / BLOCK_ROWS) - blockCount) * BLOCK_ROWS);
  const blockOf = (row: number) => blocks[Math.floor(row / BLOCK_ROWS) % blockCount];
  return {
    add() {
      const row = next;
      const index = Math.floor(row / BLOCK_ROWS) % blockCount;
      if (row % BLOCK_ROWS === 0) blocks[index] = newBlock(types);
      next += 1;
      return row;
    },
    set(row, name, value) {
      const block = blockOf(row);
      // a row that was overwritten meanwhile belongs to another reply
      if (block !== undefined && row >= firstRow()) block[name][row % BLOCK_ROWS] = value;
    },
    get: (row, name) => blockOf(row)?.[name][row % BLOCK_ROWS] ?? 0,
    firstRow,
    nextRow: () => next,
  };
}

function newBlock<Name extends string>(types: Readonly<Record<Name, "u8" | "u32" | "f64">>): Record<Name, Columns> {
  const entries = (Object.entries(types) as [Name, "u8" | "u32" | "f64"][]).map(([name, type]) => [
    name,
    newColumn(type),
  ]);
  return Object.fromEntries(entries) as Record<Name, Columns>;
}

function newColumn(type: "u8" | "u32" | "f64"): Columns {
  if (type === "u8") return new Uint8Array(BLOCK_ROWS);
  return type === "u32" ? new Uint32Array(BLOCK_ROWS) : new Float64Array(BLOCK_ROWS);
}

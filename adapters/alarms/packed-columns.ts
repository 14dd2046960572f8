/** One column of many rows. Numbers: NaN = null. */
export type PackedColumn =
  | { readonly kind: "numbers"; readonly values: Float64Array }
  | { readonly kind: "words"; readonly values: readonly (string | null)[] };

const OIDS = { int4: 23, text: 25, float4: 700, float8: 701, timestamptz: 1184 } as const;
const HEADER_BYTES = 20;
const TYPE_AT = 8;
const LENGTH_AT = 12;
const POSTGRES_EPOCH_MS = 946_684_800_000;
const UPPER_HALF = 4_294_967_296;
const EMPTY = new Float64Array();
const NOTHING: PackedColumn = { kind: "words", values: [] };

/**
 * An array as PostgreSQL's `array_send` packs it: dimensions, a flag, the type's number, length and lower bound; then each
 * element's length (-1 = null) and bytes. Times become milliseconds since the epoch.
 *
 * @param bytes null for an aggregate without rows
 */
export function unpackColumn(bytes: Uint8Array | null): PackedColumn {
  if (bytes === null || bytes.byteLength < HEADER_BYTES) return NOTHING;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getInt32(LENGTH_AT);
  const type = view.getInt32(TYPE_AT);
  switch (type) {
    case OIDS.float4:
      return { kind: "numbers", values: decimals(view, length) };
    case OIDS.float8:
      return { kind: "numbers", values: doubles(view, length) };
    case OIDS.int4:
      return { kind: "numbers", values: integers(view, length) };
    case OIDS.timestamptz:
      return { kind: "numbers", values: times(view, length) };
    case OIDS.text:
      return { kind: "words", values: words(bytes, view, length) };
    default:
      throw new Error(`no reader for arrays of type ${type}`);
  }
}

/** The numbers of a column; none where it is not one of numbers. */
export function numbersIn(bytes: Uint8Array | null | undefined): Float64Array {
  const column = unpackColumn(bytes ?? null);
  return column.kind === "numbers" ? column.values : EMPTY;
}

/** A 32-bit float as the decimal that was measured: live rules saw 35.1, not 35.099998474. */
function decimals(view: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  let at = HEADER_BYTES;
  for (let row = 0; row < length; row++) {
    if (view.getInt32(at) < 0) {
      values[row] = Number.NaN;
      at += 4;
      continue;
    }
    const stored = view.getFloat32(at + 4);
    const tenths = Math.round(stored * 10) / 10;
    values[row] = Math.fround(tenths) === stored ? tenths : finerDecimal(stored);
    at += 8;
  }
  return values;
}

function finerDecimal(stored: number): number {
  for (const scale of [1e3, 1e6, 1e9]) {
    const rounded = Math.round(stored * scale) / scale;
    if (Math.fround(rounded) === stored) return rounded;
  }
  return stored;
}

function doubles(view: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  let at = HEADER_BYTES;
  for (let row = 0; row < length; row++) {
    const isNull = view.getInt32(at) < 0;
    values[row] = isNull ? Number.NaN : view.getFloat64(at + 4);
    at += isNull ? 4 : 12;
  }
  return values;
}

function integers(view: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  let at = HEADER_BYTES;
  for (let row = 0; row < length; row++) {
    const isNull = view.getInt32(at) < 0;
    values[row] = isNull ? Number.NaN : view.getInt32(at + 4);
    at += isNull ? 4 : 8;
  }
  return values;
}

/** Microseconds as 64 bits; the sum is exact, since times stay far below 2^53. */
function times(view: DataView, length: number): Float64Array {
  const values = new Float64Array(length);
  let at = HEADER_BYTES + 4;
  for (let row = 0; row < length; row++) {
    values[row] = (view.getInt32(at) * UPPER_HALF + view.getUint32(at + 4)) / 1000 + POSTGRES_EPOCH_MS;
    at += 12;
  }
  return values;
}

function words(bytes: Uint8Array, view: DataView, length: number): (string | null)[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: (string | null)[] = new Array(length).fill(null);
  let at = HEADER_BYTES;
  for (let row = 0; row < length; row++) {
    const size = view.getInt32(at);
    at += 4;
    if (size < 0) continue;
    values[row] = text.toString("utf8", at, at + size);
    at += size;
  }
  return values;
}

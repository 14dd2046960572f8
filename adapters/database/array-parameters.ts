/**
 * One-dimensional arrays as PostgreSQL receives them in binary: dimensions, a flag for nulls, the type of the elements,
 * how many there are, the first index; then each element behind its length. As text, writing and reading the numbers costs
 * more than storing them.
 */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const TEXT_OID = 25;
/** PostgreSQL counts microseconds from here. */
const EPOCH_2000_MS = 946_684_800_000;
const TWO_TO_32 = 2 ** 32;

type Put = (bytes: DataView, at: number, value: number) => void;
type Encoding = { readonly oid: number; readonly bytes: number; readonly put: Put };

/** Types of which every value has the same length. `timestamptz` takes milliseconds since the Unix epoch. */
export type FixedType = keyof typeof ENCODINGS;

const ENCODINGS = {
  '"char"': { oid: 18, bytes: 1, put: (bytes, at, value) => bytes.setUint8(at, value) },
  smallint: { oid: 21, bytes: 2, put: (bytes, at, value) => bytes.setInt16(at, value) },
  int: { oid: 23, bytes: 4, put: (bytes, at, value) => bytes.setInt32(at, value) },
  real: { oid: 700, bytes: 4, put: (bytes, at, value) => bytes.setFloat32(at, value) },
  "double precision": { oid: 701, bytes: 8, put: (bytes, at, value) => bytes.setFloat64(at, value) },
  timestamptz: { oid: 1184, bytes: 8, put: putTime },
} as const satisfies Record<string, Encoding>;

/** An array without nulls. The values must be in the range of the type. */
export function fixedArray(type: FixedType, values: ArrayLike<number>): Buffer {
  const { oid, bytes, put }: Encoding = ENCODINGS[type];
  const array = Buffer.allocUnsafe(HEADER_BYTES + values.length * (LENGTH_BYTES + bytes));
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  putHeader(view, oid, values.length, false);
  let at = HEADER_BYTES;
  for (let index = 0; index < values.length; index += 1) {
    view.setInt32(at, bytes);
    put(view, at + LENGTH_BYTES, values[index] ?? Number.NaN);
    at += LENGTH_BYTES + bytes;
  }
  return array;
}

/** An array of texts and nulls. */
export function textArray(texts: readonly (string | null)[]): Buffer {
  const lengths = texts.map((text) => (text === null ? 0 : Buffer.byteLength(text)));
  const total = lengths.reduce((sum, length) => sum + LENGTH_BYTES + length, HEADER_BYTES);
  const array = Buffer.allocUnsafe(total);
  const view = new DataView(array.buffer, array.byteOffset, array.byteLength);
  putHeader(view, TEXT_OID, texts.length, texts.includes(null));
  let at = HEADER_BYTES;
  for (const [index, text] of texts.entries()) {
    const length = lengths[index] ?? 0;
    view.setInt32(at, text === null ? -1 : length);
    at += LENGTH_BYTES;
    if (text !== null) array.write(text, at);
    at += length;
  }
  return array;
}

function putHeader(view: DataView, oid: number, elements: number, hasNulls: boolean): void {
  const [dimensions, firstIndex] = [1, 1];
  for (const [index, field] of [dimensions, Number(hasNulls), oid, elements, firstIndex].entries()) {
    view.setInt32(index * 4, field);
  }
}

function putTime(bytes: DataView, at: number, ms: number): void {
  const microseconds = (ms - EPOCH_2000_MS) * 1000;
  const high = Math.floor(microseconds / TWO_TO_32);
  bytes.setInt32(at, high);
  bytes.setUint32(at + 4, microseconds - high * TWO_TO_32);
}

/** Something that was recorded into memory, and may be wanted. */
type Rolled = { readonly startMs: number; readonly durationMs: number; readonly bytes: Uint8Array };

/**
 * The last seconds of one camera, kept in memory until an alarm wants them. An alarm opens a window from `preRollS` before
 * it until `postRollS` after it; alarms that come meanwhile prolong it.
 */
export interface PreRoll<Piece extends Rolled> {
  /** @returns what is to be written now: the piece itself within a window, else nothing */
  take(piece: Piece): readonly Piece[];
  /** @param atMs of the alarm, milliseconds since the Unix epoch @returns what is to be written now, oldest first */
  freeze(atMs: number): readonly Piece[];
  /** Forgets the oldest. @returns bytes that were let go, 0 when there are none */
  drop(): number;
  readonly bytes: number;
}

/**
 * @param lateS so much later an alarm may come than what it is about: its time is that of the round in which it was seen
 */
export function createPreRoll<Piece extends Rolled>(
  preRollS: number,
  postRollS: number,
  lateS: number,
): PreRoll<Piece> {
  const ring: Piece[] = [];
  let bytes = 0;
  let window: { fromMs: number; toMs: number } | null = null;

  function drop(): number {
    const oldest = ring.shift();
    bytes -= oldest?.bytes.length ?? 0;
    return oldest?.bytes.length ?? 0;
  }

  const isWithin = ({ startMs, durationMs }: Piece) =>
    window !== null && startMs < window.toMs && startMs + durationMs > window.fromMs;

  return {
    get bytes() {
      return bytes;
    },
    drop,
    take(piece) {
      if (isWithin(piece)) return [piece];
      ring.push(piece);
      bytes += piece.bytes.length;
      const oldestMs = piece.startMs + piece.durationMs - (preRollS + lateS) * 1000;
      // A clock that was set leaves pieces of another time behind: those count as old, too.
      while (ring[0] && (ring[0].startMs + ring[0].durationMs <= oldestMs || ring[0].startMs > piece.startMs)) drop();
      return [];
    },
    freeze(atMs) {
      const asked = { fromMs: atMs - preRollS * 1000, toMs: atMs + postRollS * 1000 };
      const isApart = window === null || asked.fromMs > window.toMs || asked.toMs < window.fromMs;
      window =
        window === null || isApart
          ? asked
          : { fromMs: Math.min(window.fromMs, asked.fromMs), toMs: Math.max(window.toMs, asked.toMs) };
      const wanted = ring.filter(isWithin);
      for (const piece of wanted) {
        ring.splice(ring.indexOf(piece), 1);
        bytes -= piece.bytes.length;
      }
      return wanted;
    },
  };
}

/** A session that somebody is working with right now: a socket is open, or a request came within the last minute. */
export type OnlineSession = { readonly sessionId: string; readonly username: string };

/** What the processes of one installation tell each other about who is on line. Disposable: without it each knows its own. */
export interface OnlineExchange {
  /** Tells the others; what is not told again within some seconds is forgotten. Never throws. */
  tell(mine: readonly OnlineSession[]): void;
  /** What all processes told last, as far as it is known here. */
  heard(): readonly OnlineSession[];
}

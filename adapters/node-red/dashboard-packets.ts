/** Events of the Dashboard that name a widget first. Its handlers run outside any `try`: a wrong one ends the process. */
const WIDGET_EVENTS = new Set(["widget-action", "widget-change", "widget-load", "widget-send"]);
/** Events that only ask: a widget wants what it was sent last. Everything else may set a flow going. */
const READING_EVENTS = new Set(["widget-load"]);
const WIDGET_ID = /^[\w.-]{1,64}$/;
/** Deeper nesting overflows the stack of a handler that walks through it. */
const DEEPEST = 32;

/**
 * Tells whether a packet of a browser may reach the Dashboard's handlers. Without this, one packet of any signed-in user,
 * such as `widget-load` with a number for an id, is an unhandled rejection, and that is the end of the process.
 *
 * @param packet event name and arguments, as socket.io hands them to `socket.use`
 */
export function isSoundPacket(packet: readonly unknown[]): boolean {
  const [event, id] = packet;
  if (typeof event !== "string" || nestingExceeds(packet, DEEPEST)) return false;
  return !WIDGET_EVENTS.has(event) || isWidgetId(id);
}

/** @param packet event name and arguments, as socket.io hands them to `socket.use` */
export function isOnlyReading([event]: readonly unknown[]): boolean {
  return typeof event === "string" && READING_EVENTS.has(event);
}

/** Node-RED looks nodes up in a plain object, where `constructor` would be found. */
function isWidgetId(id: unknown): boolean {
  return typeof id === "string" && WIDGET_ID.test(id) && !(id in Object.prototype);
}

/** Level by level, not by recursion, so that no depth can overflow this either. */
function nestingExceeds(value: unknown, deepest: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

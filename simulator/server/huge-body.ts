import type { Exchange } from "./exchange.ts";
import { headText } from "./http-text.ts";

const BLOCK = Buffer.alloc(65_536, "a");
const BLOCKS_PER_MB = 16;
const START = '{"ok":true,"method":"coolerState","params":{"note":"';
const END = '"}}';

/** Streams a valid JSON text of about `mb` MiB, at the pace of the reader. `declared`: with its length, else chunked. */
export function sendHugeBody(exchange: Exchange, mb: number, declared: boolean): void {
  const { socket } = exchange.connection;
  const blocks = Math.ceil(mb * BLOCKS_PER_MB);
  const length = START.length + blocks * BLOCK.length + END.length;
  const frame = declared ? (bytes: Buffer) => bytes : chunked;
  const block = frame(BLOCK);
  let sent = 0;

  const pump = () => {
    while (!socket.destroyed && sent < blocks) {
      sent += 1;
      if (!socket.write(block)) {
        socket.once("drain", pump);
        return;
      }
    }
    if (socket.destroyed) return;
    const end = declared ? frame(Buffer.from(END)) : Buffer.concat([frame(Buffer.from(END)), Buffer.from("0\r\n\r\n")]);
    socket.write(end, () => exchange.finish());
  };
  socket.write(
    headText({
      length: declared ? length : null,
      keepAlive: exchange.keepAlive,
      extra: declared ? [] : ["Transfer-Encoding: chunked"],
    }),
  );
  socket.write(frame(Buffer.from(START)));
  pump();
}

function chunked(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

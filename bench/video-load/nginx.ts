import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { accepts, startChild, waitUntilUp } from "../../test/services/child-server.ts";
import { freePort } from "../../test/services/free-port.ts";
import type { HostStart } from "./gateway-host.ts";

/** Debian's nginx in front of the same cameras, with the usual means: `proxy_cache`, its lock, and `secure_link`. */
type Nginx = {
  readonly pid: number;
  readonly port: number;
  readonly tlsPort: number;
  /** The path element that `secure_link` checks. */
  ticket(streamId: string): string;
  stop(): Promise<void>;
};

const PROGRAM = "/usr/sbin/nginx";
const SECRET = "secret of the bench";
const TICKET_S = 3_600;

/**
 * It keeps playlists for a second and segments for ten minutes, and rewrites nothing: where a playlist leads elsewhere, it
 * would have to.
 *
 * @param core words in front of the program that pin it
 * @throws {Error} where it is not installed
 */
export async function startNginx(
  { folder, tls }: Pick<HostStart, "folder" | "tls">,
  cameraPort: number,
  core: readonly string[],
): Promise<Nginx> {
  if (!existsSync(PROGRAM)) throw new Error(`no ${PROGRAM} here: scripts/services/install.sh --bench brings it`);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const own = path.join(folder, "nginx");
  mkdirSync(own, { recursive: true });
  const file = path.join(own, "nginx.conf");
  writeFileSync(file, configuration({ own, port, tlsPort, tls, cameraPort }));
  const [program = PROGRAM, ...words] = [...core, PROGRAM];
  const server = startChild(program, [...words, "-p", own, "-c", file, "-e", path.join(own, "error.log")]);
  await waitUntilUp(server, async () => (await accepts(port)) && (await accepts(tlsPort)));
  return {
    pid: server.child.pid ?? 0,
    port,
    tlsPort,
    ticket(streamId) {
      const expiresS = Math.floor(Date.now() / 1000) + TICKET_S;
      const md5 = createHash("md5").update(`${expiresS}${streamId} ${SECRET}`).digest("base64url");
      return `${md5}.${expiresS}`;
    },
    async stop() {
      server.child.kill("SIGTERM");
      await server.exited;
    },
  };
}

type Parts = {
  readonly own: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly tls: HostStart["tls"];
  readonly cameraPort: number;
};

/** `tcp_nopush` stays off: on loopback it holds each segment back for 40 ms. */
function configuration({ own, port, tlsPort, tls, cameraPort }: Parts): string {
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const proxied = (validity: string) => `
      secure_link $md5,$expires;
      secure_link_md5 "$secure_link_expires$stream ${SECRET}";
      if ($secure_link = "") { return 403; }
      if ($secure_link = "0") { return 410; }
      proxy_pass http://camera/$stream/$rest;
      proxy_cache_key $stream/$rest;
      proxy_cache_valid 200 ${validity};
      default_type application/octet-stream;`;
  return `
daemon off;
${user}
worker_processes 1;
pid ${own}/nginx.pid;
error_log ${own}/error.log warn;
events { worker_connections 4096; }
http {
  access_log off;
  sendfile on;
  tcp_nopush off;
  keepalive_timeout 600s;
  keepalive_requests 100000000;
  client_body_temp_path ${own}/body;
  proxy_temp_path ${own}/temp;
  fastcgi_temp_path ${own}/temp;
  uwsgi_temp_path ${own}/temp;
  scgi_temp_path ${own}/temp;
  proxy_cache_path ${own}/cache levels=1:2 keys_zone=video:20m max_size=2g inactive=10m use_temp_path=off;
  upstream camera {
    server 127.0.0.1:${cameraPort};
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    listen 127.0.0.1:${tlsPort} ssl http2 backlog=4096;
    http2_max_concurrent_streams 200;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_certificate ${tls.certFile};
    ssl_certificate_key ${tls.keyFile};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_ignore_headers Cache-Control Expires Set-Cookie;
    proxy_cache video;
    proxy_cache_lock on;
    proxy_cache_use_stale updating;
    location ~ ^/v/(?<stream>[a-z0-9-]+)/(?<md5>[\\w-]+)\\.(?<expires>\\d+)/(?<rest>.+\\.m3u8)$ {${proxied("1s")}
    }
    location ~ ^/v/(?<stream>[a-z0-9-]+)/(?<md5>[\\w-]+)\\.(?<expires>\\d+)/(?<rest>.+)$ {${proxied("10m")}
    }
  }
}
`;
}

import { cookiesOf } from "../../test/services/cookies-of.ts";
import { ADMIN_PASSWORD } from "../../test/services/start-platform.ts";

/** Sign-ins of a program at the platform, each of which may see video. */
export type PlatformSessions = {
  /** A `cookie` line for each session, good for five minutes. */
  videoCookies(): Promise<string[]>;
  /** In the text format of Prometheus. */
  metrics(): Promise<string>;
};

type Session = { refresh: string; token: string };

export async function openSessions(url: string, count: number): Promise<PlatformSessions> {
  const sessions: Session[] = [];
  for (let n = 0; n < count; n += 1) {
    const body = JSON.stringify({ username: "admin", password: ADMIN_PASSWORD });
    const response = await post("/api/v1/auth/login", { "content-type": "application/json" }, body);
    sessions.push(await sessionOf(response));
  }

  async function post(path: string, headers: Record<string, string>, body?: string): Promise<Response> {
    const response = await fetch(url + path, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
    if (!response.ok) throw new Error(`${path} was answered by ${response.status}: ${await response.text()}`);
    return response;
  }

  return {
    async videoCookies() {
      const lines: string[] = [];
      for (const session of sessions) {
        Object.assign(session, await sessionOf(await post("/api/v1/auth/refresh", { cookie: session.refresh })));
        const response = await post("/api/v1/video/session", { authorization: `Bearer ${session.token}` });
        await response.arrayBuffer();
        lines.push(`cookie: ${cookiesOf(response)}\r\n`);
      }
      return lines;
    },
    async metrics() {
      const authorization = `Bearer ${sessions[0]?.token}`;
      const response = await fetch(`${url}/metrics`, { headers: { authorization } });
      if (!response.ok) throw new Error(`/metrics was answered by ${response.status}`);
      return response.text();
    },
  };
}

async function sessionOf(response: Response): Promise<Session> {
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { refresh: cookiesOf(response), token: accessToken };
}

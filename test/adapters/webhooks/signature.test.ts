import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { newWebhookSecret, signatureHeaders } from "../../../adapters/webhooks/signature.ts";

const BODY = '{"type":"site.changed","data":{"target":"站点-1"}}';
const nowS = () => Math.floor(Date.now() / 1000);

test("the reference library of the Standard Webhooks specification takes our signature", () => {
  const secret = newWebhookSecret();
  expect(new Webhook(secret).verify(BODY, { ...signatureHeaders(secret, "msg-1", nowS(), BODY) })).toEqual(
    JSON.parse(BODY),
  );
});

test("and refuses another body, id, time, key, or an old one", () => {
  const secret = newWebhookSecret();
  const good = { ...signatureHeaders(secret, "msg-1", nowS(), BODY) };
  const refused = (headers: Record<string, string>, body = BODY, key = secret) =>
    expect(() => new Webhook(key).verify(body, headers)).toThrow();
  refused(good, BODY.replace("1", "2"));
  refused({ ...good, "webhook-id": "msg-2" });
  refused({ ...good, "webhook-timestamp": String(nowS() - 1) });
  refused(good, BODY, newWebhookSecret());
  refused({ ...signatureHeaders(secret, "msg-1", nowS() - 600, BODY) });
});

test("the specification's own example gives its signature", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const body = '{"test": 2432232314}';
  expect(signatureHeaders(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)["webhook-signature"]).toBe(
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  );
});

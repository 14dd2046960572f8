import { expect, test } from "vitest";
import { isSiteHost } from "../../../domain/sites/site-address.ts";

const hostOf = (address: string) => new URL(address).hostname;

test.for([
  "http://10.1.101.1",
  "http://192.168.0.20:8080",
  "http://127.0.0.1:8001",
  "http://[::1]:8001",
  "http://[fd00::17]",
  "http://[::ffff:10.1.1.1]",
  "http://controller-7.plant.example",
  "http://203.0.113.4",
])("%s may be a site's", (address) => {
  expect(isSiteHost(hostOf(address))).toBe(true);
});

test.for([
  "http://169.254.169.254",
  "http://169.254.0.1",
  "http://0xa9fea9fe",
  "http://2852039166",
  "http://0251.0376.0251.0376",
  "http://[::ffff:169.254.169.254]",
  "http://[::ffff:a9fe:a9fe]",
  "http://[::169.254.169.254]",
  "http://[fe80::1]",
  "http://[febf::1]",
  "http://[ff02::1]",
  "http://[::]",
  "http://0.0.0.0",
  "http://0",
  "http://224.0.0.1",
  "http://255.255.255.255",
])("%s may not", (address) => {
  expect(isSiteHost(hostOf(address))).toBe(false);
});

test.for(["169.254.1.1", "fe80::1%eth0", "::ffff:169.254.1.1"])("%s may not, as a resolver writes it", (address) => {
  expect(isSiteHost(address)).toBe(false);
});

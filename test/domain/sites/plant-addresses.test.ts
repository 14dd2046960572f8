import { expect, test } from "vitest";
import { createPlantAddresses } from "../../../domain/sites/plant-addresses.ts";

const URLS = [
  "http://10.1.2.3/",
  "http://box-7.example:8080/a",
  "https://[fd00::7]/",
  "http://127.0.0.1:8001/",
  null,
  "no url",
];
const plant = createPlantAddresses(URLS, (host) => (host === "box-7.example" ? ["10.9.9.9", "::ffff:10.9.9.8"] : []));

test.for([
  ["10.1.2.3", 80],
  ["10.1.2.3", 22],
  ["::ffff:10.1.2.3", 80],
  ["::ffff:a01:203", 80],
  ["BOX-7.example.", 443],
  ["10.9.9.9", 8080],
  ["10.9.9.8", 8080],
  ["[fd00::7]", 443],
  ["localhost", 8001],
  ["127.0.0.5", 8001],
  ["0.0.0.0", 8001],
  ["", 8001],
] as const)("%s port %i is the plant", ([host, port]) => {
  expect(plant.has(host, port)).toBe(true);
});

test.for([
  ["10.1.2.4", 80],
  ["box-8.example", 8080],
  ["localhost", 5432],
  ["127.0.0.1", 80],
  ["::", 5432],
] as const)("%s port %i is not", ([host, port]) => {
  expect(plant.has(host, port)).toBe(false);
});

import { expect, test } from "vitest";
import { readBucketPage } from "../../../adapters/objects/bucket-page.ts";

const page = (content: string) =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`;
const object = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>2026-11-26T20:00:00.000Z</LastModified><Size>7</Size></Contents>`;

test("reads objects, prefixes and what asks for more", () => {
  const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b==</NextContinuationToken>";
  const prefixes = "<CommonPrefixes><Prefix>site-001/</Prefix></CommonPrefixes>";
  expect(readBucketPage(page(`${more}${object("a/b.ts")}${object("a/c.ts")}${prefixes}`))).toEqual({
    objects: ["a/b.ts", "a/c.ts"].map((key) => ({ key, bytes: 7, changedMs: Date.parse("2026-11-26T20:00:00Z") })),
    prefixes: ["site-001/"],
    next: "a&b==",
  });
  expect(readBucketPage(page("<IsTruncated>false</IsTruncated>"))).toEqual({ objects: [], prefixes: [], next: null });
});

test.for([
  { name: "an error", xml: "<Error><Code>AccessDenied</Code></Error>" },
  { name: "a page of HTML", xml: "<html>login</html>" },
  { name: "a list that is cut off", xml: page(object("a")).slice(0, 150) },
  { name: "more without saying where", xml: page("<IsTruncated>true</IsTruncated>") },
])("refuses $name", ({ xml }) => {
  expect(() => readBucketPage(xml)).toThrow(/object store/);
});

import { describe, expect, test } from "vitest";
import { findProfile, PROFILES } from "../../../../domain/profiles/index.ts";
import {
  judgeRemoteAddress,
  judgeTarget,
  type TargetRules,
  type TargetSettings,
} from "../../../../domain/video/target/judge-target.ts";
import type { PlantSite } from "../../../../domain/video/target/plant-map.ts";
import { readUri } from "../../../../domain/video/target/read-uri.ts";
import { APART, OTHER, rulesOf, SHARED } from "../playlist/context.ts";

const may = (url: string, rules: TargetRules) => judgeTarget(new URL(url), rules) === null;

describe("a camera at a host of its own", () => {
  const rules = rulesOf(APART);
  test.for([
    "http://10.1.101.7/cam/live.m3u8?token=s3cret",
    "http://10.1.101.7/anything?at=all",
    "http://10.1.101.7:80/cam/a.ts",
    "http://0x0a.0x01.0x65.0x07/cam/a.ts",
  ])("may be asked for %s", (url) => {
    expect(may(url, rules)).toBe(true);
  });

  test.for([
    "https://10.1.101.7/cam/a.ts",
    "http://10.1.101.7:8080/cam/a.ts",
    "http://10.1.101.6/cam/a.ts",
    "http://user@10.1.101.7/cam/a.ts",
    "http://:word@10.1.101.7/cam/a.ts",
    "http://[::ffff:10.1.101.7]/cam/a.ts",
    "http://camera.example/a.ts",
    `http://10.1.101.7/${"a".repeat(2048)}`,
    "ftp://10.1.101.7/a",
    "javascript:alert(1)",
  ])("may not be asked for %s", (url) => {
    expect(may(url, rules)).toBe(false);
  });
});

describe("a camera beside its controller", () => {
  const rules = rulesOf(SHARED);
  test.for([
    "http://10.1.101.7/cam/live.m3u8?token=s3cret",
    "http://10.1.101.7/cam/a.ts",
    "http://10.1.101.7/cam/720p/A.TS",
    "http://10.1.101.7/cam/%61.m4s",
    "http://10.1.101.7/cam/1.key",
  ])("may be asked for %s", (url) => {
    expect(may(url, rules)).toBe(true);
  });

  test.for([
    "http://10.1.101.7/cam/live.m3u8?token=other",
    "http://10.1.101.7/cam/a",
    "http://10.1.101.7/cam/a.ts?operation=close",
    "http://10.1.101.7/cam/a.php",
    "http://10.1.101.7/a.ts",
    "http://10.1.101.7/cooler",
    "http://10.1.101.7/cooler?operation=close",
    "http://10.1.101.7/cam/..%2fcooler",
    "http://10.1.101.7/cam/..%2f..%2fa.ts",
    "http://10.1.101.7/cam/%2561.ts",
    "http://10.1.101.7/cam/..;/a.ts",
    "http://10.1.101.7/cam//a.ts",
    "http://10.1.101.7/cam/%ff.ts",
    "http://10.1.101.7/cam/a%0a.ts",
    "http://10.1.101.7/cam/%5c..%5ca.ts",
  ])("may not be asked for %s", (url) => {
    expect(may(url, rules)).toBe(false);
  });

  test("is known as such by another port, or a name that may stand for the same machine", () => {
    const cooler = "/cooler?operation=close";
    const at = (controllerUrl: string, cameraUrl: string) => rulesOf({ ...APART, controllerUrl, cameraUrl });
    expect(may(`http://10.1.101.7:81${cooler}`, at("http://10.1.101.7/", "http://10.1.101.7:81/a.m3u8"))).toBe(true);
    expect(may(`http://box-7.example${cooler}`, at("http://10.1.101.7/", "http://box-7.example/a.m3u8"))).toBe(false);
    expect(may(`http://10.1.101.7${cooler}`, at("http://box-7.example/", "http://10.1.101.7/a.m3u8"))).toBe(false);
    expect(may(`http://127.0.0.1:9001${cooler}`, at("http://localhost:9001/", "http://127.0.0.1:9001/a.m3u8"))).toBe(
      false,
    );
  });

  test("is never ordered about, even when the inventory calls the order a camera", () => {
    const cameraUrl = "http://10.1.101.7/cooler?operation=close";
    expect(may(cameraUrl, rulesOf({ ...SHARED, cameraUrl }))).toBe(false);
    expect(may(cameraUrl, rulesOf({ ...APART, cameraUrl, controllerUrl: "http://10.1.101.6/" }))).toBe(true);
  });

  test("may be asked with a query where that is set, and by no path of the controller's all the same", () => {
    const set = rulesOf({ ...SHARED, cameraQueries: true });
    for (const query of ["t=1", "t=%20&u[0]=2", "a", "close=operation"])
      expect([query, may(`http://10.1.101.7/cam/a.ts?${query}`, set)]).toEqual([query, true]);
    expect(may("http://10.1.101.7/cooler?t=1", set)).toBe(false);
    expect(may("http://10.1.101.7/cooler?operation=close", set)).toBe(false);
  });

  test.for([
    "operation=close",
    "t=1&operation=close",
    "t=1;operation=close",
    "t=1?operation=close",
    "OPERATION=close",
    "oper%61tion=close",
    "%26operation=close",
    "operation[]=close",
    "%20operation=close",
    "+operation=close",
    "oper%2561tion=close",
    "operation",
    "t=1&temp=60",
    "%",
  ])("is not sent ?%s, for by that its controller is commanded", (query) => {
    expect(may(`http://10.1.101.7/cam/a.ts?${query}`, rulesOf({ ...SHARED, cameraQueries: true }))).toBe(false);
  });

  test.for(PROFILES)("no path of $id is asked for, with a prefix or without, in any spelling", (profile) => {
    const site = { ...SHARED, profile, controllerUrl: "http://10.1.101.7/Box/", cameraUrl: "http://10.1.101.7/a.m3u8" };
    const rules = rulesOf({ ...site, cameraQueries: true });
    const paths = [...profile.requests, ...Object.values(profile.commands)].map(({ path }) => path);
    const spellings = paths.flatMap((path) => {
      const name = path.replace(/\?.*$/, "");
      return [
        path,
        `/Box${path}`,
        `/box${path}`,
        name.toUpperCase(),
        `${name}/a.ts`,
        `/%${name.charCodeAt(1).toString(16)}${name.slice(2)}`,
      ];
    });
    expect(spellings.filter((path) => may(`http://10.1.101.7${path}`, rules))).toEqual([]);
    expect(may("http://10.1.101.7/a.ts", rules)).toBe(true);
  });

  test("keeps to media where nobody knows the controller", () => {
    const rules = rulesOf({ ...SHARED, profile: null });
    expect([may("http://10.1.101.7/cam/a.ts", rules), may("http://10.1.101.7/cooler?operation=close", rules)]).toEqual([
      true,
      false,
    ]);
  });
});

describe("one host for several sites", () => {
  const seven: PlantSite = {
    ...APART,
    controllerUrl: "http://10.9.0.1:8007/",
    cameraUrl: "http://10.9.0.1/7/live.m3u8",
  };
  const eight: PlantSite = {
    ...seven,
    id: "site-008",
    controllerUrl: "http://10.9.0.1:8008/",
    cameraUrl: "http://10.9.0.1/8/live.m3u8",
  };
  const all: PlantSite = {
    ...seven,
    id: "site-009",
    controllerUrl: "http://10.9.0.1:8009/",
    cameraUrl: "http://10.9.0.1/live.m3u8",
  };

  test("serves each stream its own folder", () => {
    const rules = rulesOf(seven, {}, [eight, all]);
    expect(
      ["/7/a.ts", "/8/a.ts", "/8/live.m3u8", "/a.ts"].filter((path) => may(`http://10.9.0.1${path}`, rules)),
    ).toEqual(["/7/a.ts"]);
  });

  test("serves one whose folder holds the others' all but theirs", () => {
    const rules = rulesOf(all, {}, [seven, eight]);
    expect(["/7/a.ts", "/8/a.ts", "/x/a.ts", "/a.ts"].filter((path) => may(`http://10.9.0.1${path}`, rules))).toEqual([
      "/x/a.ts",
      "/a.ts",
    ]);
  });

  test("is not opened by a block where another site has something", () => {
    const rules = rulesOf(seven, { openBlocks: ["10.9.0.1"] }, [eight]);
    const ports = [80, 8007, 8008, 9000].filter((port) => may(`http://10.9.0.1:${port}/7/a.ts`, rules));
    expect(ports).toEqual([80, 9000]);
  });

  test("may be another site's controller", () => {
    const rules = rulesOf({ ...APART, cameraUrl: OTHER.controllerUrl });
    expect([may("http://10.1.101.8/a.ts", rules), may("http://10.1.101.8/cooler", rules)]).toEqual([true, false]);
  });
});

describe("blocks that an integrator opens", () => {
  const settings: TargetSettings = {
    openBlocks: ["10.2.0.0/16", "127.0.0.0/8", "::/0", "0.0.0.0/0"],
    ownPorts: [5432, 6379],
  };
  const rules = rulesOf(APART, settings);

  test.for(["http://10.2.3.4/a.ts", "https://10.2.3.4:8443/a", "http://192.0.2.1/a", "http://[fd00::7]/a"])(
    "let through %s",
    (url) => {
      expect(may(url, rules)).toBe(true);
    },
  );

  test.for([
    "http://127.0.0.1/a",
    "http://localhost/a",
    "http://0.0.0.0/a",
    "http://169.254.169.254/a",
    "http://224.0.0.1/a",
    "http://255.255.255.255/a",
    "http://[::]/a",
    "http://[::1]/a",
    "http://[::ffff:10.2.3.4]/a",
    "http://[::10.2.3.4]/a",
    "http://[64:ff9b::7f00:1]/a",
    "http://[2002:7f00:1::]/a",
    "http://[fe80::1]/a",
    "http://[ff02::1]/a",
    "http://10.2.3.4:6379/a",
    "http://10.2.3.4:5432/a",
    "http://camera.example/a",
    "http://10.1.101.8/cam/live.m3u8",
    "http://10.1.101.8:8080/a",
    "http://10.1.101.6/cooler?operation=close",
    "ftp://10.2.3.4/a",
    "gopher://10.2.3.4/a",
  ])("do not let through %s", (url) => {
    expect(may(url, rules)).toBe(false);
  });

  test.for(["10.0.0.0/33", "10.0.0", "camera", "10.0.0.0/8/8", "fd00::/129", "10.0.0.0/-1", ""])(
    "are none: %s",
    (block) => {
      expect(() => rulesOf(APART, { openBlocks: [block] })).toThrowError(RangeError);
    },
  );
});

describe("what answers", () => {
  const named = { ...APART, cameraUrl: "http://camera.example/cam/live.m3u8" };
  const judge = (address: string, { cameraUrl, ...site }: PlantSite) => {
    const url = new URL(cameraUrl ?? "");
    return judgeRemoteAddress(address, url, rulesOf({ ...site, cameraUrl })) === null;
  };

  test.for<[string, PlantSite, boolean]>([
    ["10.1.101.7", APART, true],
    ["::ffff:10.1.101.7", APART, true],
    ["10.1.101.8", APART, false],
    ["127.0.0.1", APART, false],
    ["", APART, false],
    ["10.1.101.70", named, true],
    ["fd00::7", named, true],
    ["127.0.0.1", named, false],
    ["::ffff:127.0.0.1", named, false],
    ["::1", named, false],
    ["0.0.0.0", named, false],
    ["169.254.169.254", named, false],
    ["fe80::1%eth0", named, false],
    ["10.1.101.8", named, false],
    ["no address", named, false],
    ["127.0.0.1", { ...named, cameraUrl: "http://127.0.0.1:9001/a.m3u8" }, true],
    ["127.0.0.2", { ...named, cameraUrl: "http://127.0.0.1:9001/a.m3u8" }, false],
    ["::1", { ...named, cameraUrl: "http://localhost:9001/a.m3u8" }, true],
    ["10.1.101.7", { ...named, cameraUrl: "http://localhost:9001/a.m3u8" }, false],
    ["fd00:0:0:0:0:0:0:7", { ...named, cameraUrl: "http://[fd00::7]/a.m3u8" }, true],
    ["fd00::8", { ...named, cameraUrl: "http://[fd00::7]/a.m3u8" }, false],
  ])("%s for the camera of a site: row %#", ([address, site, isExpected]) => {
    expect(judge(address, site)).toBe(isExpected);
  });
});

test("what readers understand differently is no URI", () => {
  const base = "http://10.1.101.7/cam/";
  const texts = ["\\\\evil\\x", "/\\evil", "a\tb", "a\nb", "\u0000", "a\u007f", "http://[", "a".repeat(2049)];
  expect(texts.filter((text) => readUri(text, base) !== null)).toEqual([]);
  expect(readUri("a".repeat(2048), base)).not.toBeNull();
});

test("a site without a camera has no rules", () => {
  expect(() => rulesOf({ ...APART, cameraUrl: null })).toThrowError(TypeError);
  expect(findProfile("bitmain-antbox-hk3")).toBeDefined();
});

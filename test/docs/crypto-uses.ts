/** One file and what of cryptography it uses, in order: imported names, and functions of the browser and of SQL. */
export type CryptoUse = { readonly file: string; readonly names: readonly string[] };
/** A hash function or cipher that a file names. */
export type NamedAlgorithm = { readonly file: string; readonly name: string };

const MODULES = ["node:crypto", "crypto", "node:tls", "@node-rs/argon2", "jose", "otpauth", "openid-client", "bcrypt"];
const IMPORT = /\bimport\s+([^;"']+?)\s+from\s+["']([^"']+)["']/g;
/** Whatever reaches a library without an import declaration. */
const OTHER_WAY = /\b(?:require|import|getBuiltinModule)\(\s*["']((?:node:)?crypto|node:tls)["']/;
const WEB_CRYPTO = /(?<![.\w])(?:globalThis\.)?crypto\.(getRandomValues|randomUUID|subtle)\b/g;
const SQL_FUNCTION = /(?<![.\w])(sha(?:224|256|384|512)|md5|digest|hmac|crypt|gen_salt|gen_random_\w+|pgp_\w+)\s*\(/g;
const ALGORITHM =
  /["'`]((?:aes|chacha20|camellia)[\w-]*|(?:des|bf|idea|seed)-[a-z\d]+[\w-]*|aria-?\d[\w-]*|des3?|rc[245][\w-]*|(?:hmac-?)?(?:md[245]|sha-?\d[\w-]*|ripemd\w*|blake2\w*|whirlpool|sm3)|(?:HS|RS|ES|PS)(?:256|384|512)|EdDSA|Ed25519)["'`]/gi;
/** A hash is its first argument: what is no text there cannot be judged. */
const HASHING = /\b(createHash|createHmac|hkdfSync|pbkdf2Sync)\(\s*(["'`]?)/g;

/** @param text the source; SQL for a file that ends so */
export function cryptoUsesIn(file: string, text: string): CryptoUse | null {
  const names = file.endsWith(".sql")
    ? [...withoutSqlComments(text).matchAll(SQL_FUNCTION)].map(([, name = ""]) => name.toLowerCase())
    : [...importedNames(text), ...[...text.matchAll(WEB_CRYPTO)].map(([, name = ""]) => `crypto.${name}`)];
  if (OTHER_WAY.test(text)) names.push("something by another way than an import");
  return names.length === 0 ? null : { file, names: [...new Set(names)].sort() };
}

/** Names of types are no use of anything. */
function importedNames(text: string): string[] {
  return [...text.matchAll(IMPORT)].flatMap(([, clause = "", module = ""]) => {
    if (!MODULES.includes(module) || clause.startsWith("type ")) return [];
    const inBraces = /\{([^}]*)\}/.exec(clause)?.[1];
    if (inBraces === undefined) return [module];
    const names = inBraces.split(",").map((name) => name.trim());
    return names.filter((name) => name !== "" && !name.startsWith("type "));
  });
}

/** Every hash function and cipher that a text names, and calls whose algorithm cannot be seen. */
export function algorithmsIn(file: string, text: string): NamedAlgorithm[] {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, "");
  const named = [...code.matchAll(ALGORITHM)].map(([, name = ""]) => name);
  const hidden = [...code.matchAll(HASHING)].filter(([, , quote]) => quote === "").map(([, call]) => `${call}(?)`);
  return [...new Set([...named, ...hidden])].map((name) => ({ file, name }));
}

function withoutSqlComments(text: string): string {
  return text.replace(/--.*$/gm, "");
}

/* The keys: one seals all that is kept, one signs all that is sent. Both are kept here only wrapped
   under the PIN; unwrapped they are in memory, until it is locked. The server keeps the first for
   whoever forgets the PIN. */

import * as store from "./store.js";

const ROUNDS = 600000;
const MOST_PINS = 10; // wrong ones, ever: then the key is asked of the server
const LONGEST = 300000; // milliseconds between two of them
const AES = { name: "AES-GCM", length: 256 };
const EC = { name: "ECDSA", namedCurve: "P-256" };
const crypt = crypto.subtle;
let keys = null;
let given = ""; // the key as the server has not got it yet

export const isOpen = () => keys !== null;
export const lock = () => (keys = null);
export const toGive = () => given;

const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const bytes = (text) => new TextEncoder().encode(text);
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

async function wrappingKey(secret, salt) {
  const material = await crypt.importKey("raw", bytes(secret), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", iterations: ROUNDS, salt };
  return crypt.deriveKey(how, material, AES, false, ["wrapKey", "unwrapKey"]);
}

async function wrap(key, secret) {
  const [salt, iv] = [random(16), random(12)];
  const under = await wrappingKey(secret, salt);
  return { salt, iv, data: await crypt.wrapKey("raw", key, under, { name: "AES-GCM", iv }) };
}

async function unwrap({ salt, iv, data }, secret) {
  const under = await wrappingKey(secret, salt);
  const how = { name: "AES-GCM", iv };
  return crypt.unwrapKey("raw", data, under, how, AES, true, ["encrypt", "decrypt"]);
}

async function encrypt(key, content) {
  const iv = random(12);
  return { iv, data: await crypt.encrypt({ name: "AES-GCM", iv }, key, content) };
}

const decrypt = (key, { iv, data }) => crypt.decrypt({ name: "AES-GCM", iv }, key, data);

const raw = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/* Make the keys of a new telephone. Fails where there are keys already: what they sealed could
   never be read again. */
export async function create(pin, owner, name) {
  const seal = await crypt.generateKey(AES, true, ["encrypt", "decrypt"]);
  const pair = await crypt.generateKey(EC, true, ["sign", "verify"]);
  const signing = await encrypt(seal, await crypt.exportKey("pkcs8", pair.privateKey));
  const publicKey = base64(await crypt.exportKey("spki", pair.publicKey));
  const phone = crypto.randomUUID();
  const known = { phone, owner, called: name, publicKey, registered: false };
  await store.add("meta", { name: "vault", ...known, signing, byPin: await wrap(seal, pin) });
  await use(seal, signing);
}

async function use(seal, signing) {
  const exported = await crypt.exportKey("raw", seal);
  const pkcs8 = await decrypt(seal, signing);
  keys = {
    seal: await crypt.importKey("raw", exported, AES, false, ["encrypt", "decrypt"]),
    signing: await crypt.importKey("pkcs8", pkcs8, EC, false, ["sign"]),
  };
  given = base64(exported);
}

/* Told once the server has the key: it is in no text here any more. */
export async function registered() {
  given = "";
  const known = await store.get("meta", "vault");
  await store.put("meta", { ...known, registered: true, lost: false });
}

/* The server has not got the key any more: it gets it again once the PIN is typed. */
export async function lose() {
  await store.put("meta", { ...(await store.get("meta", "vault")), lost: true });
}

/* How many seconds to wait before another PIN, Infinity after too many; it is counted before it is
   tried, so that neither a reload nor another tab gives one more. */
async function wait() {
  let seconds = 0;
  await store.within("meta", "readwrite", (rows) => {
    const asked = rows.get("pin");
    asked.onsuccess = () => {
      const { wrong = 0, until = 0 } = asked.result ?? {};
      const left = until - Date.now();
      if (wrong >= MOST_PINS) seconds = Infinity;
      else if (left > 0 && left <= LONGEST) seconds = Math.ceil(left / 1000);
      else {
        const pause = wrong < 2 ? 0 : Math.min(2 ** wrong * 1000, LONGEST);
        rows.put({ name: "pin", wrong: wrong + 1, until: Date.now() + pause });
      }
    };
  });
  return seconds;
}

/* 0 when the PIN was right: then all can be read until `lock`; -1 when it was wrong, and otherwise
   the seconds until the next one, which was not tried. */
export async function open(pin) {
  const seconds = await wait();
  if (seconds) return seconds;
  const { byPin, signing, registered: known, lost } = await store.get("meta", "vault");
  try {
    await use(await unwrap(byPin, pin), signing);
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    return -1;
  }
  if (known && !lost) given = "";
  await store.remove("meta", "pin");
  return 0;
}

/* With the key that the server kept, give the telephone another PIN. */
export async function renew(kept, pin) {
  const vault = await store.get("meta", "vault");
  const seal = await crypt.importKey("raw", raw(kept), AES, true, ["encrypt", "decrypt"]);
  await use(seal, vault.signing);
  given = "";
  await store.put("meta", { ...vault, byPin: await wrap(seal, pin) });
  await store.remove("meta", "pin");
}

export const seal = (value) => encrypt(keys.seal, bytes(JSON.stringify(value)));

export async function unseal(sealed) {
  return JSON.parse(new TextDecoder().decode(await decrypt(keys.seal, sealed)));
}

/* The same of a file, which is no text. */
export const sealFile = (data) => encrypt(keys.seal, data);
export const unsealFile = (sealed) => decrypt(keys.seal, sealed);

export async function sign(text) {
  return base64(await crypt.sign({ name: "ECDSA", hash: "SHA-256" }, keys.signing, bytes(text)));
}

/* Seal for whoever holds the other part of a public key, and for nobody else. */
export async function sealFor(publicKey, content) {
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const theirs = await crypt.importKey("spki", raw(publicKey), curve, false, []);
  const ours = await crypt.generateKey(curve, true, ["deriveBits"]);
  const agreed = await crypt.deriveBits({ name: "ECDH", public: theirs }, ours.privateKey, 256);
  const material = await crypt.importKey("raw", agreed, "HKDF", false, ["deriveKey"]);
  const info = bytes("genesis telephone backup");
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  const key = await crypt.deriveKey(how, material, AES, false, ["encrypt"]);
  const { iv, data } = await encrypt(key, content);
  const spki = await crypt.exportKey("spki", ours.publicKey);
  return { key: base64(spki), iv: base64(iv), data };
}

/* The keys: one seals all that is kept, one signs all that is sent. Both are kept only wrapped,
   under the PIN and under a recovery code; unwrapped they are in memory, until it is locked. */

import * as store from "./store.js";

const ROUNDS = 600000;
const LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const AES = { name: "AES-GCM", length: 256 };
const EC = { name: "ECDSA", namedCurve: "P-256" };
const crypt = crypto.subtle;
let keys = null;

export const isOpen = () => keys !== null;
export const lock = () => (keys = null);

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

async function unwrap({ salt, iv, data }, secret, extractable) {
  const under = await wrappingKey(secret, salt);
  const how = { name: "AES-GCM", iv };
  return crypt.unwrapKey("raw", data, under, how, AES, extractable, ["encrypt", "decrypt"]);
}

async function encrypt(key, content) {
  const iv = random(12);
  return { iv, data: await crypt.encrypt({ name: "AES-GCM", iv }, key, content) };
}

const decrypt = (key, { iv, data }) => crypt.decrypt({ name: "AES-GCM", iv }, key, data);

function newCode() {
  const drawn = [...random(20)].map((each) => LETTERS[each % LETTERS.length]).join("");
  return drawn.match(/.{5}/g).join("-");
}

const plain = (code) => code.toUpperCase().replace(/[^0-9A-Z]/g, "");

/* Make the keys of a new telephone; the recovery code is told once and kept nowhere.
   Fails where there are keys already: what they sealed could never be read again. */
export async function create(pin, owner, name) {
  const seal = await crypt.generateKey(AES, true, ["encrypt", "decrypt"]);
  const pair = await crypt.generateKey(EC, true, ["sign", "verify"]);
  const code = newCode();
  const signing = await encrypt(seal, await crypt.exportKey("pkcs8", pair.privateKey));
  const publicKey = base64(await crypt.exportKey("spki", pair.publicKey));
  const [byPin, byCode] = [await wrap(seal, pin), await wrap(seal, plain(code))];
  const phone = crypto.randomUUID();
  const known = { phone, owner, called: name, publicKey, registered: false };
  await store.add("meta", { name: "vault", ...known, signing, byPin, byCode });
  await open(pin);
  return code;
}

async function openWith(wrapped, secret, { signing }) {
  const seal = await unwrap(wrapped, secret, false);
  const raw = await decrypt(seal, signing);
  keys = { seal, signing: await crypt.importKey("pkcs8", raw, EC, false, ["sign"]) };
}

/* Whether the PIN was right; if it was, all can be read until `lock`. */
export async function open(pin) {
  const vault = await store.get("meta", "vault");
  try {
    await openWith(vault.byPin, pin, vault);
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    return false;
  }
  return true;
}

/* With the recovery code, give the telephone another PIN; false when the code is wrong. */
export async function recover(code, pin) {
  const vault = await store.get("meta", "vault");
  let seal;
  try {
    seal = await unwrap(vault.byCode, plain(code), true);
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    return false;
  }
  await store.put("meta", { ...vault, byPin: await wrap(seal, pin) });
  return open(pin);
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
  const raw = Uint8Array.from(atob(publicKey), (letter) => letter.charCodeAt(0));
  const theirs = await crypt.importKey("spki", raw, curve, false, []);
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

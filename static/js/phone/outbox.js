/* What was noted and how far it has come: it leaves the telephone only for a receipt. */

import * as net from "./net.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const DONE = ["stored", "duplicate"];
const WAITS = 424; // for its start, which may still be on its way
const LATER = [403, 404, 409, 413, 422];
const REFUSED_TO_WHOM = [403, 404]; // not for what it says: sent again once that has changed
const TRIES = 5; // that the server could not take; from then on only its own assessment waits
const FIRST_AND_LAST = { start: 0, close: 2 };
const PAUSES = ["pause", "resume"];
const PART = 8000000; // bytes of the files in one backup
const words = document.body.dataset;
/* Of whom a photo was refused since the download: they do not agree to photos any more. */
export const withoutPhotos = new Set();
const channel = new BroadcastChannel("evaluar");
const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
  channel.onmessage = listener;
}

function changed() {
  channel.postMessage("changed");
  listeners.forEach((each) => each());
}

/* What waits here, and of each thing the last that has arrived. */
export async function rows() {
  const found = [...(await store.all("records")), ...(await store.all("sent"))];
  return found.sort((one, other) => one.seq - other.seq);
}

export async function unsent() {
  return (await rows()).filter((each) => ["ready", "attention"].includes(each.state));
}

/* What stands in a row: of one that has arrived, what its form shows. */
export async function said(row) {
  const kept = await vault.unseal(row.sealed);
  return kept.body ? JSON.parse(kept.body) : kept;
}

/* Keep what was noted at one moment, whole or not at all: each thing numbered, signed and sealed
   before anything else happens, with its file where it has one. The first one says which files
   follow, so that nothing ends without them. `draft` is what was half typed until now. */
export async function note(assessment, things, draft = "") {
  const at = new Date().toISOString();
  const files = things.flatMap(({ sha256 }) => sha256 ?? []);
  const [made, kept] = [[], []];
  for (const [place, { file, ...said }] of things.entries()) {
    const [id, seq] = [crypto.randomUUID(), await store.nextNumber()];
    const { kind, item = "", value = "" } = said;
    const more = place || !files.length ? {} : { files };
    const body = JSON.stringify({ id, assessment, seq, item, value, note: "", at, ...said, ...more });
    const sealed = await vault.seal({ body, signature: await vault.sign(body) });
    const of = kind === "signature" ? value : ""; // whose: what was noted is never in plain words
    made.push({ id, seq, assessment, kind, item, of, at, state: "ready", sealed });
    if (file) kept.push({ id, sealed: await vault.sealFile(file) });
  }
  const mended = (await rows()).filter(
    (each) =>
      each.state === "attention" && !isHeld(each) && made.some((other) => isSame(each, other)),
  );
  await store.within(["records", "files", "drafts"], "readwrite", (records, filed, drafts) => {
    made.forEach((each) => records.put(each));
    kept.forEach((each) => filed.put(each));
    mended.forEach((each) => records.put({ ...each, state: "corrected" }));
    mended.forEach((each) => filed.delete(each.id));
    if (draft) drafts.delete(draft);
  });
  changed();
  return at;
}

const isSame = (one, other) =>
  ["assessment", "kind", "item"].every((name) => one[name] === other[name]) &&
  (one.kind !== "signature" || one.of === other.of);

/* The files that were announced and taken out since: the end says so. */
export async function takenOut(assessment) {
  const found = (await rows()).filter(
    (each) => each.assessment === assessment && ["corrected", "dropped"].includes(each.state),
  );
  return (await Promise.all(found.map(said))).flatMap(({ sha256 }) => sha256 ?? []);
}

/* Take out a photo or a signature that was refused. */
export async function drop(id) {
  const row = await store.get("records", id);
  await store.within(["records", "files"], "readwrite", (records, filed) => {
    records.put({ ...row, state: "dropped", reason: "" });
    filed.delete(id);
  });
  changed();
}

/* What was last noted of one thing. */
export async function last(assessment, kind, item = "") {
  const found = (await rows()).filter(
    (each) => each.assessment === assessment && each.kind === kind && each.item === item,
  );
  const row = found.at(-1);
  if (!row) return null;
  const { value = "", note = "" } = await said(row);
  return { ...row, value, note };
}

/* What has not been sent, as files for coordination that only the server can open. */
export async function backup(publicKey) {
  const { phone } = await store.get("meta", "vault");
  const parts = [];
  for (const row of await unsent()) {
    const filed = await store.get("files", row.id);
    const file = filed ? await vault.unsealFile(filed.sealed) : new ArrayBuffer(0);
    const last = parts.at(-1);
    if (!last || last.size + file.byteLength > PART) parts.push({ size: 0, records: [], files: [] });
    const part = parts.at(-1);
    part.size += file.byteLength;
    part.records.push({ ...(await vault.unseal(row.sealed)), size: file.byteLength });
    part.files.push(file);
  }
  return Promise.all(
    parts.map(async ({ records, files }) => {
      const content = await new Blob([JSON.stringify({ records }), "\n", ...files]).arrayBuffer();
      const { key, iv, data } = await vault.sealFor(publicKey, content);
      return new Blob([JSON.stringify({ format: 1, phone, key, iv }), "\n", data]);
    }),
  );
}

export async function tryAgain(id) {
  const row = await store.get("records", id);
  await store.put("records", { ...row, state: "ready", reason: "", tries: 0 });
  changed();
}

/* Set aside not for what it says, but for who sent it or for what befell the server. */
const isHeld = ({ status }) => REFUSED_TO_WHOM.includes(status) || status >= 500;

/* Send again what was held: it may be that coordination has handed it in meanwhile. An end also:
   what it waited for may have been mended. */
export async function tryHeld() {
  const set = (await unsent()).filter(({ state }) => state === "attention");
  const held = set.filter((each) => isHeld(each) || each.kind === "close");
  for (const { id } of held) await tryAgain(id);
}

/* Forget the receipts of what has ended, `before` so long ago or (without it) altogether. */
export async function forget(assessment, before = Infinity) {
  for (const { place, ...row } of await store.all("sent")) {
    const is = row.assessment === assessment && new Date(row.receivedAt) < before;
    if (is) await store.remove("sent", place);
  }
}

/* What was taken out or mended is needed until the end has told of it. */
export async function forgetMended(assessment) {
  for (const { id, state, ...row } of await store.all("records")) {
    const is = row.assessment === assessment && ["corrected", "dropped"].includes(state);
    if (is) await store.remove("records", id);
  }
}

/* Send what is ready, in its order, one by one and from one tab at a time.
   Returns why it stopped: "done", "offline", "signin" or "other" (whoever is signed in is
   somebody else, or may not assess). */
export function drain() {
  if (!vault.isOpen()) return Promise.resolve("locked");
  return navigator.locks.request("evaluar-drain", async () => {
    try {
      return await sendAll();
    } catch (error) {
      if (error instanceof net.NoAnswer) return "offline";
      throw error;
    }
  });
}

/* In the order in which it was noted; but a start that was noted again goes before what
   waits for it, and an end after what was mended since. */
function inOrder(found) {
  const place = ({ kind }) => FIRST_AND_LAST[kind] ?? 1;
  return found.sort((one, other) => place(one) - place(other));
}

/* What an end has to wait for: what it would leave out is told first (CERT-7, CERT-10). */
async function before(end) {
  const others = (await unsent()).filter((each) => each.assessment === end.assessment);
  return others.filter((each) => each.kind !== "close");
}

async function sendAll() {
  const waiting = await unsent();
  const ready = inOrder(waiting.filter((each) => each.state === "ready"));
  if (!ready.length) return "done";
  const { phone, owner } = await store.get("meta", "vault");
  const { status, user, csrf } = await net.state();
  if (status === 403) return "other";
  if (status !== 200) return "signin";
  if (user !== owner) return "other";
  // Of these something before could not be taken: the order within one assessment is kept.
  const stuck = waiting.filter((each) => each.state === "attention" && each.status >= 500);
  const held = new Set(stuck.map(({ assessment }) => assessment));
  let result = "done";
  for (const row of ready) {
    if (!vault.isOpen()) return "locked";
    if (held.has(row.assessment)) continue;
    const missing = row.kind === "close" ? await before(row) : [];
    if (missing.some((each) => each.state === "attention")) {
      const reason = await vault.seal(words.held);
      await store.put("records", { ...row, state: "attention", reason });
      changed();
    }
    if (missing.length) continue;
    const filed = await store.get("files", row.id);
    const file = filed && (await vault.unsealFile(filed.sealed));
    const record = await vault.unseal(row.sealed);
    const left = (await unsent()).length - 1; // once this one has arrived
    const told = await net.send(phone, left, record, file, csrf);
    if (told.status === 401) return "signin";
    if (told.withdrawn) result = "withdrawn";
    const next = after(row, told);
    if (!next) return "offline"; // that was no answer: all of it stays as it is
    if (told.answer?.photos === false) await askForNone(row.assessment);
    if (next.status >= 500) {
      held.add(row.assessment);
      if (next.state === "ready") result = "offline";
    }
    if (!vault.isOpen()) return "locked"; // meanwhile: it is sent, and answered, again
    if (next.reason) next.reason = await vault.seal(next.reason); // persons may be named in it
    if (next.number) await keepReceipt(next, JSON.parse(record.body));
    else await store.put("records", next);
    changed();
  }
  return result;
}

/* The server has it: it leaves the outbox and its file the telephone. What it said stays, sealed,
   so that its form shows it; of one thing only the last. */
async function keepReceipt({ id, assessment, kind, item, of, ...row }, { value, note }) {
  const which = PAUSES.includes(kind) ? row.seq : item; // of each pause there is one
  const place = [assessment, kind, which, of].join("/");
  const sealed = await vault.seal({ value, note });
  await store.within(["records", "files", "sent"], "readwrite", (records, files, sent) => {
    records.delete(id);
    files.delete(id);
    const asked = sent.get(place);
    asked.onsuccess = () => {
      if (asked.result?.seq > row.seq) return;
      sent.put({ ...row, place, assessment, kind, item, of, sealed });
    };
  });
}

/* Ask for no more photos of somebody, also once this page is opened again. */
async function askForNone(assessment) {
  withoutPhotos.add(assessment);
  const kept = await store.get("packages", assessment);
  if (!kept || !vault.isOpen()) return;
  const told = await vault.unseal(kept.sealed);
  await store.put("packages", { ...kept, sealed: await vault.seal({ ...told, photos: false }) });
}

/* A row as it stands once the server has answered; null where that was no answer. */
function after(row, { status, answer, reason }) {
  const told = { ...row, status, reason: answer?.reason ?? reason };
  if (answer && answer.id === row.id) {
    const { outcome, number, received_at: receivedAt } = answer;
    const arrived = { ...told, number, receivedAt };
    if (DONE.includes(outcome) && number) return { ...arrived, state: "sent" };
    if (outcome === "conflict" && number) return { ...arrived, state: "conflict" };
    if (status === WAITS) return told;
  }
  if (LATER.includes(status) && told.reason) return { ...told, state: "attention" };
  if (status < 500 && !LATER.includes(status)) return null;
  const tries = (row.tries ?? 0) + 1;
  const state = tries < TRIES ? "ready" : "attention";
  return { ...told, tries, state, status: 500, reason: words.serverFailed };
}

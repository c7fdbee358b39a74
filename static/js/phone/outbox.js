/* What was noted and how far it has come: it leaves the telephone only for a receipt. */

import * as net from "./net.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const DONE = ["stored", "duplicate"];
const WAITS = 424; // for its start, which may still be on its way
const LATER = [403, 404, 409, 413, 422];
const FIRST_AND_LAST = { start: 0, close: 2 };
const PART = 8000000; // bytes of the files in one backup
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

export async function rows() {
  return (await store.all("records")).sort((one, other) => one.seq - other.seq);
}

export async function unsent() {
  return (await rows()).filter((each) => ["ready", "attention"].includes(each.state));
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
    // It stays when the rest has gone, for the end to know which items need no photo.
    const beside = kind === "answer" ? await vault.seal(value === "na" ? 1 : 0) : null;
    made.push({ id, seq, assessment, kind, item, of, at, state: "ready", sealed, beside });
    if (file) kept.push({ id, sealed: await vault.sealFile(file) });
  }
  const mended = (await rows()).filter(
    (each) => each.state === "attention" && made.some((other) => isSame(each, other)),
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
  const said = await Promise.all(found.map(async (each) => JSON.parse((await vault.unseal(each.sealed)).body)));
  return said.flatMap(({ sha256 }) => sha256 ?? []);
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

/* What was last noted of one thing, while it has not been sent. */
export async function last(assessment, kind, item = "") {
  const found = (await rows()).filter(
    (each) => each.assessment === assessment && each.kind === kind && each.item === item,
  );
  const row = found.at(-1);
  if (!row) return null;
  const said = row.sealed ? JSON.parse((await vault.unseal(row.sealed)).body) : {};
  return { ...row, value: said.value ?? "", note: said.note ?? "" };
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
  await store.put("records", { ...row, state: "ready", reason: "" });
  changed();
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
  const ready = inOrder((await rows()).filter((each) => each.state === "ready"));
  if (!ready.length) return "done";
  const { phone, owner } = await store.get("meta", "vault");
  const { status, user, csrf } = await net.state();
  if (status === 403) return "other";
  if (status !== 200) return "signin";
  if (user !== owner) return "other";
  for (const row of ready) {
    if (!vault.isOpen()) return "locked";
    const missing = row.kind === "close" ? await before(row) : [];
    if (missing.some((each) => each.state === "attention")) {
      const { held } = document.body.dataset;
      await store.put("records", { ...row, state: "attention", reason: await vault.seal(held) });
      changed();
    }
    if (missing.length) continue;
    const filed = await store.get("files", row.id);
    const file = filed && (await vault.unsealFile(filed.sealed));
    const told = await net.send(phone, await vault.unseal(row.sealed), file, csrf);
    if (told.status === 401) return "signin";
    const next = after(row, told);
    if (!next) return "offline"; // the server could not; all of it stays as it is
    if (told.answer?.photos === false) await askForNone(row.assessment);
    if (next.reason) {
      if (!vault.isOpen()) return "locked"; // meanwhile: it is sent, and answered, again
      next.reason = await vault.seal(next.reason); // persons may be named in it
    }
    await store.within(["records", "files"], "readwrite", (records, files) => {
      records.put(next);
      if (next.number) files.delete(row.id); // the server has it
    });
    changed();
  }
  return "done";
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
  if (answer && answer.id === row.id) {
    const { outcome, number, received_at: receivedAt } = answer;
    if (DONE.includes(outcome) && number) {
      const { sealed, ...rest } = row; // a receipt: what was noted need not stay here
      return { ...rest, state: "sent", number, receivedAt, reason: "" };
    }
    if (outcome === "conflict" && number) {
      return { ...row, state: "conflict", number, receivedAt, reason: answer.reason };
    }
    if (status === WAITS) return { ...row, reason: answer.reason };
    if (LATER.includes(status)) return { ...row, state: "attention", reason: answer.reason };
  }
  if (LATER.includes(status) && reason) return { ...row, state: "attention", reason };
  return null;
}

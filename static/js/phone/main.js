/* The evaluator's telephone: what is on the screen, and what each button does. */

import { NEEDED, answerFields, fill, wrong } from "./answers.js";
import * as drafts from "./drafts.js";
import * as net from "./net.js";
import * as outbox from "./outbox.js";
import { shrink, sumOf } from "./photo.js";
import { askToSign, signatures } from "./signing.js";
import * as store from "./store.js";
import * as vault from "./vault.js";

const words = document.body.dataset;
const find = (selector, within = document) => within.querySelector(selector);
const LOCKED_AFTER = 10 * 60000; // without a touch
const LOCKED_HIDDEN = 2 * 60000;
const KEPT_WITHIN = 5000; // of the download
const PIN = /^[0-9]{6}$/;
const FULL = 0.8;
const FILED = ["photo", "signature"];
const MANY = 50; // records that have not been sent
const HELD = 2000; // milliseconds for which the stop is held down
const RECEIPTS_KEPT = 72 * 3600000; // of what is not on the telephone any more
const FORMAT = 1; // of the packages that are understood here: PACKAGE_FORMAT of the server
let shown = "";
let ready = []; // what could be downloaded, by its reference alone
let packages = []; // as they were unsealed: in memory, until it is locked
let chosen = null;
let code = null;
let aloud = false; // whether the questions are read to the person
let touched = Date.now();
let hidden = 0;
let pause = 1000;
let waiting = 0;
let turn = Promise.resolve(); // what was asked for so far

const clock = (moment) =>
  new Date(moment).toLocaleTimeString("es-SV", { hour: "2-digit", minute: "2-digit", hour12: false });
const say = (text) => (find("#say").textContent = text);

/* Of a form that is longer than the screen. */
function sayAbove(text) {
  say(text);
  scrollTo(0, 0);
}

/* Screens: each is a template of the page, filled in by the function of its name */

async function show(name, ...more) {
  const template = find(`template[data-screen="${name}"]`);
  const screen = template.content.cloneNode(true);
  const root = document.createElement("div");
  root.append(screen);
  say("");
  const title = await fillers[name]?.(root, ...more);
  shown = name;
  find("#title").textContent = title || template.dataset.title;
  find("footer").hidden = name === "quiz"; // whoever is assessed stays here
  find("#screen").replaceChildren(root);
  root.querySelectorAll("[data-go]").forEach((each) => {
    each.onclick = () => act(() => show(each.dataset.go));
  });
  root.querySelectorAll("[data-do]").forEach((each) => {
    each.onclick = () => act(jobs[each.dataset.do]);
  });
  find("#main").focus();
  scrollTo(0, 0);
  await count();
}

/* One thing after the other: a second touch waits until the first one is done. */
function act(work) {
  turn = turn.then(() => attempt(work));
  return turn;
}

/* What goes wrong is told; what was noted stays where it is. */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(error instanceof net.NoAnswer ? words.offline : words.failed);
    if (!(error instanceof net.NoAnswer)) reportError(error);
  }
}

function onSubmit(root, work) {
  const form = find("form", root);
  form.onsubmit = (event) => {
    event.preventDefault();
    const button = find("button", form);
    button.disabled = true;
    act(() => work(Object.fromEntries(new FormData(form)))).finally(() => (button.disabled = false));
  };
}

/* Submit a form only by its button being held down, with a finger or with a key: what cannot be
   taken back is not done by a touch. What it returns says whether it was held for long enough. */
function holdDown(form) {
  const button = find("button", form);
  let held = false;
  let counting = 0;
  const begin = ({ repeat = false, key = "Enter" }) => {
    if (repeat || !["Enter", " "].includes(key)) return;
    held = false;
    counting = setTimeout(() => {
      held = true;
      form.requestSubmit();
    }, HELD);
  };
  const end = () => clearTimeout(counting);
  Object.assign(button, { onpointerdown: begin, onkeydown: begin });
  for (const each of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) {
    button.addEventListener(each, end);
  }
  button.oncontextmenu = () => false; // of a long touch
  return () => held;
}

function row(list, kind, { name, detail = "", state = "", go, again, drop }) {
  const line = find(`template[data-row="${kind}"]`).content.cloneNode(true);
  find("[data-name]", line).textContent = name;
  find("[data-detail]", line).textContent = detail;
  find("[data-state]", line).textContent = state;
  if (go) find("button", line).onclick = () => act(go);
  if (again) {
    find("[data-again]", line).hidden = false;
    find("[data-again]", line).onclick = () => act(again);
  }
  if (drop) {
    find("[data-drop]", line).hidden = false;
    find("[data-drop]", line).onclick = () => act(drop);
  }
  find("[data-list]", list).append(line);
}

async function stateOf(each) {
  const time = each.receivedAt ? clock(each.receivedAt) : "";
  const text = fill(words[each.state], { time, number: each.number ?? "" });
  return each.reason ? `${text}: ${await vault.unseal(each.reason)}` : text;
}

const dayOf = (day) => day.split("-").reverse().join("/");

/* What is said of a start outside the days and hours of the plan: coordination may let it count. */
function outside({ window: planned }) {
  const [day, hour] = new Date().toLocaleString("sv-SE").split(" ");
  const { since, until, opens, closes } = planned ?? { since: day, until: day };
  const holds = since <= day && day <= until && (!opens || (opens <= hour && hour <= closes));
  return holds ? "" : fill(words.outside, { window: planned.words });
}

/* How far an assessment is: downloaded, begun or ended, and how much of it is still to be sent. */
async function howFar({ assessment, begun }, end) {
  const start = await outbox.last(assessment, "start");
  let state = begun || (start && start.state !== "attention") ? words.underWay : words.taken;
  if (end) state = `${words.close}: ${await stateOf(end)}`;
  const count = (await outbox.unsent()).filter((each) => each.assessment === assessment).length;
  return count ? `${state} · ${fill(words.unsent, { count })}` : state;
}

/* What a record is, in the list of all. */
function nameOf({ kind, of }) {
  if (kind === "signature") return words[`sign${of.split("_")[0]}`];
  return words[kind] ?? words[`kind${kind}`] ?? "";
}

const fillers = {
  create(root) {
    onSubmit(root, async ({ name, pin }) => {
      if (!PIN.test(pin)) return say(words.shortPin);
      if (await store.get("meta", "vault")) return show("unlock"); // another tab was faster
      const { status, user } = await net.state();
      if (status !== 200) return askToSignIn(status);
      await vault.create(pin, user, name);
      await navigator.storage?.persist?.();
      await enter();
      const problem = await register();
      return problem ? say(problem) : null;
    });
  },
  async unlock(root) {
    find("[data-do=leave]", root).hidden = (await outbox.unsent()).length > 0;
    onSubmit(root, async ({ pin }) => {
      const seconds = await vault.open(pin);
      if (!seconds) return enter();
      if (seconds === Infinity) return say(words.pinSpent);
      return say(seconds < 0 ? words.wrongPin : fill(words.pinWait, { seconds }));
    });
  },
  recover(root) {
    onSubmit(root, async ({ pin }) => {
      if (!PIN.test(pin)) return say(words.shortPin);
      const { phone, owner } = await store.get("meta", "vault");
      const { status: here, user } = await net.state();
      if (here !== 200 || user !== owner) return askToSignIn(here === 200 ? 403 : here);
      const { status, told } = await net.key(phone);
      if (told?.withdrawn) return forgetPackages();
      if (status !== 200) return say(whyNot(status, told));
      await vault.renew(told.key, pin);
      return enter();
    });
  },
  /* What is still here is sent, locked or handed over; only without it everything is forgotten. */
  async leave(root) {
    const count = (await outbox.unsent()).length;
    find("[data-unsent]", root).textContent = fill(words.leaveUnsent, { count });
    find("[data-work]", root).hidden = !count;
    find("[data-nothing]", root).hidden = count > 0;
  },
  async list(root) {
    for (const each of packages) {
      const end = await outbox.last(each.assessment, "close");
      row(root, "assessment", {
        name: `${each.person} · ${each.document}`,
        detail: `${dayOf(each.day)} ${each.hour} · ${each.centre} · ${each.reference} · ${each.standard}`,
        state: await howFar(each, end),
        go: () => enterAssessment(each),
      });
    }
    for (const { reference, day } of ready) {
      const state = words.readyToTake;
      row(root, "assessment", { name: reference, detail: dayOf(day), state, go: jobs.download });
    }
  },
  async start(root) {
    find("[data-who]", root).textContent = `${chosen.person} · ${chosen.document} · ${chosen.reference}`;
    find("[data-task]", root).textContent = chosen.task;
    for (const told of ["help", "consents"]) {
      const lines = chosen[told] ?? []; // of a package from before there were any: none
      find(`[data-${told}]`, root).hidden = !lines.length;
      for (const each of lines) {
        const line = document.createElement("li");
        line.textContent = each;
        find(`[data-${told}] ul`, root).append(line);
      }
    }
    find("[data-outside]", root).textContent = outside(chosen);
    const before = await outbox.last(chosen.assessment, "start"); // one that was refused
    if (before) say(await stateOf(before));
    askToSign(root, "start");
    onSubmit(root, async (typed) => {
      if (!typed.value.trim()) return say(words.noDocument);
      const signed = await signatures(typed, "start");
      if (!signed) return sayAbove(words.noSignature);
      const seen = [...root.querySelectorAll("[name=safety]")].map((each) => each.value).join(" ");
      await note({ kind: "start", value: typed.value.trim(), note: seen }, ...signed);
      return show("items");
    });
  },
  async items(root) {
    const [done, rows] = [await answered(), await noted()];
    find("[data-who]", root).textContent = `${chosen.person} · ${chosen.document} · ${chosen.reference}`;
    const total = chosen.items.length;
    find("[data-answered]", root).textContent = fill(words.answered, { done: done.size, total });
    const began = await outbox.last(chosen.assessment, "start");
    const [rest, standing] = began ? await paused() : [0, null];
    const minutes = began ? Math.floor(((standing ?? Date.now()) - new Date(began.at) - rest) / 60000) : 0;
    find("[data-minutes]", root).textContent = began ? fill(words.minutes, { count: minutes }) : "";
    const button = find("[data-pause]", root);
    button.hidden = !began;
    button.textContent = standing ? words.resume : words.pause;
    button.onclick = () =>
      act(async () => {
        await note({ kind: standing ? "resume" : "pause" });
        return show("items");
      });
    find("[data-quiz]", root).hidden = !nextQuestion(done);
    for (const item of chosen.items) {
      const before = rows.get(item.code);
      row(root, "item", {
        name: item.code,
        detail: item.text,
        state: before ? await stateOf(before) : "",
        go: () => show("item", item.code),
      });
    }
    return chosen.standard;
  },
  async item(root, itemCode) {
    code = itemCode;
    const place = chosen.items.findIndex((each) => each.code === code);
    const item = chosen.items[place];
    const values = { place: place + 1, total: chosen.items.length, code };
    const critical = item.critical ? ` · ${words.critical}` : "";
    find("[data-place]", root).textContent = fill(words.place, values) + critical;
    const reason = item.na_reason ? fill(words.naReason, { reason: item.na_reason }) : "";
    find("[data-na-reason]", root).textContent = reason;
    const before = await outbox.last(chosen.assessment, "answer", code);
    const draft = `${chosen.assessment}/${code}`;
    const half = await drafts.read(draft);
    const [value, seen] = chosen.answers?.[code] ?? []; // as the server had it when it was downloaded
    const known = half ?? before ?? { value, note: seen };
    find("[data-answer]", root).append(...answerFields(item, known?.value));
    find("textarea", root).value = known?.note ?? "";
    find("[data-aloud]", root).hidden = item.scale !== "opcion_multiple";
    if (before) say(await stateOf(before));
    if (half) say(words.draft);
    drafts.watch(find("form", root), draft);
    const photo = await askForPhoto(root, item);
    onSubmit(root, async ({ value = "", note: seen, aloud: read }) => {
      const typed = value.trim().replace(",", ".");
      const problem = wrong(item, typed, seen.trim(), mayPhotograph());
      find("[data-problem]", root).textContent = problem;
      if (problem) return null;
      drafts.forget();
      const answer = { kind: "answer", item: item.code, value: typed, note: seen.trim() };
      if (read) answer.read_aloud = 1;
      const proof = photo();
      const things = proof ? [answer, { kind: "photo", item: item.code, ...proof }] : [answer];
      await noteWith(draft, ...things);
      const next = await nextWithout(place);
      return next ? show("item", next) : show("items");
    });
    return item.text;
  },
  halt(root) {
    const isHeld = holdDown(find("form", root));
    onSubmit(root, async ({ note: seen }) => {
      if (!isHeld()) return say(words.hold);
      if (!seen.trim()) return say(words.noReason);
      const without = await outbox.takenOut(chosen.assessment);
      await note({ kind: "stop", note: seen.trim() }, { kind: "close", without });
      return leave();
    });
  },
  async end(root) {
    const done = await answered();
    const stop = await outbox.last(chosen.assessment, "stop");
    const stopped = stop && stop.state !== "attention"; // then nothing more is asked
    const left = chosen.items.map((each) => each.code).filter((each) => !stopped && !done.has(each));
    const missing = left.length ? fill(words.missing, { codes: left.join(", ") }) : "";
    find("[data-missing]", root).textContent = missing;
    const bare = stopped ? [] : await withoutPhoto();
    const proofs = bare.length ? fill(words.proofs, { codes: bare.join(", ") }) : "";
    find("[data-proofs]", root).textContent = proofs;
    find("form", root).hidden = left.length > 0 || bare.length > 0;
    askToSign(root, "end");
    onSubmit(root, async (typed) => {
      const signed = await signatures(typed, "end");
      if (!signed) return sayAbove(words.noSignature);
      const without = await outbox.takenOut(chosen.assessment);
      await note(...signed, { kind: "close", without });
      return leave();
    });
  },
  /* The candidate's own view: one question at a time, large, and nothing else within reach. */
  async quiz(root) {
    const done = await answered();
    const item = nextQuestion(done);
    const all = questions();
    const values = { place: all.indexOf(item) + 1, total: all.length };
    find("[data-place]", root).textContent = item ? fill(words.question, values) : "";
    find("form", root).hidden = !item;
    if (!item) return words.thanks;
    find("[data-answer]", root).append(...answerFields(item));
    find("[name=aloud]", root).checked = aloud;
    onSubmit(root, async ({ value, aloud: read }) => {
      find("[data-problem]", root).textContent = value ? "" : words.choose;
      if (!value) return null;
      aloud = Boolean(read);
      await note({ kind: "answer", item: item.code, value, read_aloud: Number(aloud) });
      return show("quiz");
    });
    return item.text;
  },
  async outbox(root) {
    const of = new Map(packages.map((each) => [each.assessment, each.reference]));
    for (const each of (await outbox.rows()).reverse()) {
      row(root, "record", {
        name: `${nameOf(each)} ${each.item}`.trim(),
        detail: `${of.get(each.assessment) ?? ""} ${clock(each.at)}`.trim(),
        state: await stateOf(each),
        again: each.state === "attention" && (async () => {
          await outbox.tryAgain(each.id);
          send();
        }),
        drop: each.state === "attention" && FILED.includes(each.kind) && (() => outbox.drop(each.id)),
      });
    }
  },
};

/* One assessment */

const note = (...things) => noteWith("", ...things);

async function noteWith(draft, ...things) {
  await outbox.note(chosen.assessment, things, draft);
  send();
}

/* Photos and signatures */

/* Ask for a photo where the person agrees to it; what it returns gives the photo, once there is
   one. One that cannot be read is told, and never stops the answer. */
async function askForPhoto(root, item) {
  const box = find("[data-photo]", root);
  const told = find("[data-photo-state]", root);
  const needed = item.photo === NEEDED;
  if (!mayPhotograph()) {
    told.textContent = needed ? words.noPhotos : "";
    return () => null;
  }
  let taken = null;
  box.hidden = false;
  const before = (await photographed()).has(item.code);
  told.textContent = before ? words.photoThere : needed ? words.photoNeeded : "";
  find("input", box).onchange = ({ target }) =>
    act(async () => {
      taken = null;
      told.textContent = "";
      if (!target.files.length) return;
      try {
        const file = await shrink(target.files[0]);
        taken = { file, sha256: await sumOf(file) };
        told.textContent = fill(words.photoReady, { size: Math.ceil(file.byteLength / 1000) });
      } catch {
        target.value = "";
        told.textContent = words.badPhoto;
      }
    });
  return () => taken;
}

/* The items of which there is a photo, here or on the server. */
async function photographed() {
  const here = (await outbox.rows()).filter(
    (each) => each.assessment === chosen.assessment && each.kind === "photo",
  );
  const kept = here.filter(({ state }) => !["attention", "corrected", "dropped"].includes(state));
  return new Set([...(chosen.photographed ?? []), ...kept.map(({ item }) => item)]);
}

/* Whether the person agrees to photos, as far as this telephone was told. */
const mayPhotograph = () => chosen.photos && !outbox.withoutPhotos.has(chosen.assessment);

/* The items that want a photo and have none. Without consent a note takes its place, and what is
   not applicable needs none. */
async function withoutPhoto() {
  if (!mayPhotograph()) return [];
  const there = await photographed();
  const beside = await notApplicable();
  const wanted = chosen.items.filter(({ photo }) => photo === NEEDED);
  return wanted.map((each) => each.code).filter((each) => !there.has(each) && !beside.has(each));
}

/* The items whose last answer, here or on the server, is that they are not applicable. */
async function notApplicable() {
  const found = new Set(chosen.not_applicable ?? []);
  for (const [item, row] of await noted()) {
    if (row.state === "attention") continue;
    if ((await outbox.said(row)).value === "na") found.add(item);
    else found.delete(item);
  }
  return found;
}

/* The questionnaire */

const questions = () => chosen.items.filter(({ scale }) => scale === "opcion_multiple");
const nextQuestion = (done) => questions().find((each) => !done.has(each.code));

/* After the end there is nothing more to note. It stays in the list until its end has arrived:
   what is refused before that is still to be mended. */
async function leave() {
  chosen = null;
  return show("outbox");
}

async function forgetEnded() {
  for (const { kind, number, assessment } of await outbox.rows()) {
    if (kind !== "close" || !number) continue;
    await store.remove("packages", assessment);
    await drafts.drop(assessment);
    await outbox.forgetMended(assessment);
    packages = packages.filter((each) => each.assessment !== assessment);
  }
}

async function enterAssessment(each) {
  const end = await outbox.last(each.assessment, "close");
  if (end && end.state !== "attention") return show("outbox");
  chosen = each;
  const start = await outbox.last(each.assessment, "start");
  const begun = each.begun || (start && start.state !== "attention");
  return show(begun ? "items" : "start");
}

/* For how long the clock stood here, and since when it stands; null while it goes. */
async function paused() {
  let [rest, since] = [0, null];
  for (const { assessment, kind, at } of await outbox.rows()) {
    if (assessment !== chosen.assessment) continue;
    const moment = new Date(at).getTime();
    if (kind === "pause") since ??= moment;
    if (["resume", "answer"].includes(kind) && since) [rest, since] = [rest + moment - since, null];
  }
  return [rest, since];
}

/* The last record of this telephone on each item. */
async function noted() {
  const rows = await outbox.rows();
  const here = rows.filter((each) => each.assessment === chosen.assessment && each.kind === "answer");
  return new Map(here.map((each) => [each.item, each]));
}

/* The items that have an answer, here or on the server: not those whose last one was refused. */
async function answered() {
  const done = new Set(chosen.answered);
  for (const [item, { state }] of await noted()) {
    if (state === "attention") done.delete(item);
    else done.add(item);
  }
  return done;
}

async function nextWithout(place) {
  const done = await answered();
  const order = [...chosen.items.slice(place + 1), ...chosen.items.slice(0, place)];
  return order.find((each) => !done.has(each.code))?.code;
}

/* Registering, downloading, sending, locking */

/* Tell the server of this telephone and give it its key, once unless it loses it; why not, where it says so. Without
   an answer it asks again with the next download: before that nothing is here to be lost. */
async function register() {
  const known = await store.get("meta", "vault");
  if (known.registered && !vault.toGive()) return "";
  const { phone, called, publicKey } = known;
  const sent = { phone, name: called, public_key: publicKey, key: vault.toGive() };
  const { status, told } = await net.register(sent);
  if (status === 401) return words.signin;
  if (status !== 201) return whyNot(status, told);
  await vault.registered();
  return "";
}

function unlessOffline(error) {
  if (!(error instanceof net.NoAnswer)) throw error;
}

/* With signal: tell the server how much is still here, and hear what is ready to be downloaded and
   whether the telephone was withdrawn. Without it all stays as it is. */
async function arrive() {
  const { phone, registered, owner } = await store.get("meta", "vault");
  if (!registered) return;
  const here = await net.state();
  if (here.status !== 200 || here.user !== owner) return;
  if (vault.toGive()) await register();
  const { told } = await net.arrive({ phone, unsent: (await outbox.unsent()).length });
  if (told?.withdrawn) return void act(forgetPackages);
  if (told?.key === false) await vault.lose();
  const taken = new Set(packages.map((each) => each.assessment));
  ready = (told?.ready ?? []).filter((each) => !taken.has(each.assessment));
  if (ready.length) act(showReady);
}

async function showReady() {
  if (shown !== "list") return;
  const before = find("#say").textContent;
  await show("list");
  say(before);
}

/* The telephone was withdrawn: what it took along goes. What was noted stays until somebody has it. */
async function forgetPackages() {
  chosen = null;
  packages = [];
  ready = [];
  for (const each of ["packages", "drafts", "sent"]) await store.clear(each);
  await show(vault.isOpen() ? "outbox" : "unlock");
  say(words.withdrawn);
}

/* The reason that the server told; a 403 without one is about who is signed in. */
const whyNot = (status, told) => told?.reason ?? (status === 403 ? words.other : words.failed);

async function askToSignIn(status) {
  await show("signin");
  if (status === 403) say(words.other);
}

const jobs = {
  /* Only where nothing is unsent: nobody could read it any more. */
  async leave() {
    if ((await outbox.unsent()).length) return show("leave");
    const { status } = await net.leave();
    if (![200, 401, 403].includes(status)) return say(words.failed);
    return forgetAll();
  },
  /* Another sign-in, before which the server gives no key back. */
  async signInAgain() {
    await net.leave();
    location = words.loginUrl;
  },
  async download() {
    const problem = await register();
    if (problem) return say(problem);
    const { phone } = await store.get("meta", "vault");
    const unsent = (await outbox.unsent()).length;
    const { status, told } = await net.packages({ phone, unsent });
    if (status === 401) return say(words.signin);
    if (told?.withdrawn) return forgetPackages();
    if (status !== 201) return say(whyNot(status, told));
    await store.put("meta", { name: "backup", key: told.backup_key });
    ready = [];
    if (told.packages.some(({ format }) => format !== FORMAT)) return say(words.newVersion);
    outbox.withoutPhotos.clear(); // what was downloaded says it anew
    for (const each of told.packages) {
      const { assessment, expires_at: expiresAt } = each;
      await store.put("packages", { assessment, expiresAt, sealed: await vault.seal(each) });
    }
    await unpack();
    await show("list");
    if (!(await isKept())) return say(words.notKept);
    const text = packages.length ? words.downloaded : words.nothing;
    return say(fill(text, { count: packages.length }));
  },
  async send() {
    pause = 1000;
    await outbox.tryHeld();
    send(); // nobody waits for it: what becomes of each record is shown when it is known
    await show("outbox");
  },
  /* For when there is no signal for days, or no right to send any more. */
  async backup() {
    const known = await store.get("meta", "backup");
    if (!known) return say(words.noBackup);
    const made = await outbox.backup(known.key);
    for (const [place, file] of made.entries()) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(file);
      link.download = `respaldo-${new Date().toISOString().slice(0, 10)}-${place + 1}.genesis`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }
    return say(made.length ? words.backedUp : words.allSent);
  },
  lock,
  start: () => (vault.isOpen() ? show("list") : begin()),
};

/* As if this telephone had never been prepared: what it keeps, its page and its worker. */
async function forgetAll() {
  vault.lock();
  await store.wipe();
  for (const each of await caches.keys()) await caches.delete(each);
  const worker = await navigator.serviceWorker?.getRegistration(words.workerUrl);
  await worker?.unregister();
  location = words.loginUrl;
}

/* Read what was downloaded, and forget what has expired: the outbox stays whatever becomes of it. */
async function unpack() {
  await forgetEnded();
  packages = [];
  for (const each of await store.all("packages")) {
    if (new Date(each.expiresAt) < new Date()) await store.remove("packages", each.assessment);
    else packages.push(await vault.unseal(each.sealed));
  }
  const here = new Set(packages.map((each) => each.assessment));
  for (const { assessment } of await outbox.rows()) {
    if (!here.has(assessment)) await outbox.forget(assessment, Date.now() - RECEIPTS_KEPT);
  }
  packages.sort((one, other) => `${one.day}${one.hour}`.localeCompare(`${other.day}${other.hour}`));
}

async function enter() {
  touched = Date.now();
  await unpack();
  await outbox.tryHeld();
  await show("list");
  send();
  arrive().catch(unlessOffline); // beside the rest: on a poor signal it may take long
  return warn();
}

/* Ask the browser to keep what is here; where it does not say so, the evaluator is told. */
async function warn() {
  const { storage } = navigator;
  const isKept = (await storage?.persisted?.()) || (await storage?.persist?.());
  return isKept ? null : say(words.notPersisted);
}

async function lock() {
  await drafts.keep();
  vault.lock();
  packages = [];
  ready = [];
  chosen = null;
  return show("unlock");
}

async function send() {
  clearTimeout(waiting);
  const result = await outbox.drain();
  document.body.dataset.drained = result;
  if (result === "signin") say(words.signin);
  if (result === "other") say(words.other);
  if (result === "withdrawn") act(forgetPackages);
  pause = result === "offline" ? Math.min(pause * 2, 300000) : 1000;
  if (result === "offline") waiting = setTimeout(send, pause * (0.75 + Math.random() / 2));
  await count();
}

/* What is still here; and, on every screen, that it has become much or the telephone full. */
async function count() {
  const left = (await outbox.unsent()).length;
  const { usage = 0, quota = 1 } = (await navigator.storage?.estimate?.()) ?? {};
  const told = [left ? fill(words.unsent, { count: left }) : words.allSent];
  if (left > MANY) told.push(words.many);
  if (usage / quota > FULL) told.push(words.space);
  find("#count").textContent = told.join(" · ");
  find("#count").dataset.left = left;
  find("#connection").textContent = navigator.onLine ? words.online : words.offline;
}

/* What the telephone itself tells */

async function refresh() {
  await forgetEnded();
  await count();
  if (shown === "outbox" && vault.isOpen()) await show("outbox");
}

outbox.onChange(() => act(refresh));
addEventListener("online", () => {
  pause = 1000;
  send();
});
addEventListener("offline", count);
addEventListener("pointerdown", () => (touched = Date.now()));
addEventListener("keydown", () => (touched = Date.now()));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    hidden = Date.now();
    act(drafts.keep);
  }
  else if (vault.isOpen() && Date.now() - hidden > LOCKED_HIDDEN) act(lock);
  else send();
});
setInterval(() => {
  if (vault.isOpen() && Date.now() - touched > LOCKED_AFTER) act(lock);
}, 15000);

/* The worker keeps the page for when there is no signal; a new version waits to be asked for */

async function keepPage() {
  if (!navigator.serviceWorker) return;
  const known = await navigator.serviceWorker.register(words.workerUrl);
  const offer = (worker) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    find("#version").hidden = false;
    find("#update").onclick = () => worker.postMessage("update");
  };
  offer(known.waiting);
  known.addEventListener("updatefound", () => {
    const worker = known.installing;
    worker.addEventListener("statechange", () => worker.state === "installed" && offer(worker));
  });
  let again = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (again) location.reload();
    again = true;
  });
  await navigator.serviceWorker.ready;
  document.body.dataset.kept = "yes";
}

/* Whether the page opens without signal: the first time its parts take a moment to come. */
async function isKept() {
  await Promise.race([keeping, new Promise((done) => setTimeout(done, KEPT_WITHIN))]);
  return document.body.dataset.kept === "yes";
}

async function begin() {
  if (await store.get("meta", "vault")) {
    arrive().catch(unlessOffline); // also locked: whoever found it keeps nothing of anybody
    return show("unlock");
  }
  const { status } = await net.state();
  return status === 200 ? show("create") : askToSignIn(status);
}

act(begin);
const keeping = attempt(keepPage); // beside the rest: on a poor signal it may take for ever

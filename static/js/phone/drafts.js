/* What was half typed: sealed at every pause, and there again after a lock or a dead battery. */

import * as store from "./store.js";
import * as vault from "./vault.js";

const PAUSE = 500;
let waiting = 0;
let typing = null; // the form, and its place
let turn = 0; // what is being sealed for an earlier one is not kept

/* Keep what is typed into a form from now on; one form at a time. */
export function watch(form, place) {
  forget();
  form.addEventListener("input", () => {
    typing = { form, place };
    clearTimeout(waiting);
    waiting = setTimeout(keep, PAUSE);
  });
}

export function forget() {
  clearTimeout(waiting);
  typing = null;
  turn += 1;
}

export async function keep() {
  if (!typing || !vault.isOpen()) return;
  const { form, place } = typing;
  forget();
  const mine = turn;
  const { value = "", note = "" } = Object.fromEntries(new FormData(form));
  const sealed = await vault.seal({ value, note });
  if (mine === turn) await store.put("drafts", { place, sealed });
}

export async function read(place) {
  const row = await store.get("drafts", place);
  return row ? vault.unseal(row.sealed) : null;
}

/* Forget what was half typed of an assessment that has ended. */
export async function drop(assessment) {
  for (const { place } of await store.all("drafts")) {
    if (place.startsWith(assessment)) await store.remove("drafts", place);
  }
}

/* Both sign: drawn, or with a name. */

import { prepare } from "../signature.js";
import { sumOf } from "./photo.js";

const words = document.body.dataset;
const find = (selector, within = document) => within.querySelector(selector);

export function askToSign(root, when) {
  for (const who of ["candidate", "evaluator"]) {
    const box = find("template[data-part=signature]").content.cloneNode(true);
    find("legend", box).textContent = words[`sign${who}`];
    find("[type=file]", box).name = `${who}_${when}`;
    find("[type=text]", box).name = `${who}_name`;
    const sheet = find("[data-signature]", box);
    find("[data-signatures]", root).append(box);
    prepare(sheet);
  }
}

/* What both have signed: drawn, or with the name that was typed; null while one is missing. */
export async function signatures(typed, when) {
  const made = [];
  for (const who of ["candidate", "evaluator"]) {
    const value = `${who}_${when}`;
    const [drawn, typedName] = [typed[value], typed[`${who}_name`].trim()];
    if (!drawn.size && !typedName) return null;
    const signed = { kind: "signature", value, note: typedName };
    if (drawn.size) {
      signed.file = await drawn.arrayBuffer();
      signed.sha256 = await sumOf(signed.file);
    }
    made.push(signed);
  }
  return made;
}

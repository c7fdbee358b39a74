/* Asking the server. Only JSON is an answer: a page, a redirect or silence is none. */

const { stateUrl, registerUrl, packagesUrl, recordsUrl, evidenceUrl } = document.body.dataset;
const PATIENCE = 20000;
const PATIENCE_FILE = 120000;

export class NoAnswer extends Error {}

async function ask(url, sent, token) {
  const options = { redirect: "error", credentials: "same-origin", cache: "no-store" };
  const headers = { Accept: "application/json" };
  if (sent) {
    const isFile = sent instanceof FormData;
    Object.assign(options, { method: "POST", body: isFile ? sent : JSON.stringify(sent) });
    if (!isFile) headers["Content-Type"] = "application/json";
    headers["X-CSRFToken"] = token;
  }
  const signal = AbortSignal.timeout(sent instanceof FormData ? PATIENCE_FILE : PATIENCE);
  try {
    const answer = await fetch(url, { ...options, headers, signal });
    if (answer.status === 401) return { status: 401 };
    // The page that says no to whoever may not assess is the one page that is an answer.
    if (answer.status === 403 && url === stateUrl) return { status: 403 };
    return { status: answer.status, told: await answer.json() };
  } catch {
    throw new NoAnswer(); // no signal, a page instead of an answer, or too late
  }
}

/* Who is signed in, and the token with which to send; status 401 when nobody is, and 403 when
   whoever is may not assess. */
export async function state() {
  const { status, told } = await ask(stateUrl);
  return { status, ...told };
}

async function post(url, sent) {
  const { status, csrf } = await state();
  return status === 200 ? ask(url, sent, csrf) : { status };
}

export const register = (sent) => post(registerUrl, sent);
export const packages = (phone) => post(packagesUrl, { phone });

/* One record, or one file with its record. */
export async function send(phone, record, file, token) {
  const about = { phone, sent_at: new Date().toISOString() };
  let sent = { ...about, records: [record] };
  if (file) {
    sent = new FormData();
    Object.entries({ ...about, ...record }).forEach(([name, value]) => sent.append(name, value));
    sent.append("file", new Blob([file]), "archivo");
  }
  const { status, told } = await ask(file ? evidenceUrl : recordsUrl, sent, token);
  return { status, answer: told?.answers?.[0], reason: told?.reason };
}

/* Asking the server. Only JSON is an answer: a page, a redirect or silence is none; but a page
   that says by its number that something failed tells just that. */

const urls = document.body.dataset;
const { stateUrl, recordsUrl, evidenceUrl } = urls;
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
    if (answer.ok) return { status: answer.status, told: await answer.json() };
    return { status: answer.status, told: await answer.json().catch(() => null) };
  } catch {
    throw new NoAnswer(); // no signal, a page instead of an answer, or too late
  }
}

/* Who is signed in, and the token with which to send; status 401 when nobody is, and 403 when
   whoever is may not assess. */
export async function state() {
  const { status, told } = await ask(stateUrl);
  if (![200, 401, 403].includes(status)) throw new NoAnswer();
  return { status, ...told };
}

async function post(url, sent) {
  const { status, csrf } = await state();
  return status === 200 ? ask(url, sent, csrf) : { status };
}

export const register = (sent) => post(urls.registerUrl, sent);
export const packages = (sent) => post(urls.packagesUrl, sent);
/* That this telephone is here, and how much it has not sent; whether it was withdrawn. */
export const arrive = (sent) => post(urls.arriveUrl, sent);
/* The key that this telephone gave when its PIN was made: once after each signing in. */
export const key = (phone) => post(urls.keyUrl, { phone });
export const leave = () => post(urls.leaveUrl, {});

/* One record, or one file with its record. */
export async function send(phone, unsent, record, file, token) {
  const about = { phone, unsent, sent_at: new Date().toISOString() };
  let sent = { ...about, records: [record] };
  if (file) {
    sent = new FormData();
    Object.entries({ ...about, ...record }).forEach(([name, value]) => sent.append(name, value));
    sent.append("file", new Blob([file]), "archivo");
  }
  const { status, told } = await ask(file ? evidenceUrl : recordsUrl, sent, token);
  const answer = told?.answers?.[0];
  return { status, answer, reason: told?.reason, withdrawn: answer?.withdrawn };
}

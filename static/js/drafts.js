/* What people type is kept on the server before they send it, and a session that ends in the
   middle of a form costs them nothing. Without JavaScript the forms work as they are. */

(() => {
  "use strict";

  const words = document.body.dataset;
  if (!words.draftUrl) return; // nobody is signed in
  const AFTER = 2000; // from the last key to the draft
  const MINUTE = 60000;
  const NEVER = ["password", "file", "hidden", "submit", "button"];
  const find = (selector, within = document) => within.querySelector(selector);
  const loginDialog = find("#login-dialog");
  const idleDialog = find("#idle-dialog");

  /* Asking the server: with the token of this moment; 401 asks for the password in place */

  function cookie(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return found && decodeURIComponent(found.slice(name.length + 1));
  }

  const token = () => cookie("__Host-csrftoken") || cookie("csrftoken") || "";

  async function ask(url, options = {}) {
    const headers = { Accept: "application/json", "X-CSRFToken": token(), ...options.headers };
    const answer = await fetch(url, { credentials: "same-origin", ...options, headers });
    if (answer.status === 401) await signInHere();
    else alive();
    return answer;
  }

  /* Signing in again where one is */

  let signingIn = null;

  function signInHere() {
    if (!loginDialog) return Promise.reject(new Error("no dialog"));
    signingIn ??= new Promise((resolve) => {
      idleDialog?.close();
      if (!loginDialog.open) loginDialog.showModal();
      loginDialog.addEventListener("close", () => {
        signingIn = null;
        resolve();
      }, { once: true });
    });
    return signingIn;
  }

  find("form[data-login]", loginDialog ?? document)?.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const form = event.target;
    const problem = find("#login-dialog-error");
    problem.textContent = "";
    const answer = await fetch(form.action, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-Requested-With": "XMLHttpRequest", "X-CSRFToken": token() },
      body: new FormData(form),
    }).catch(() => null);
    form.elements.password.value = "";
    if (!answer) return (problem.textContent = words.offline);
    if (!answer.ok) return (problem.textContent = words.wrongSignIn);
    // A second factor is asked for on a page of its own.
    const { location: next } = await answer.json();
    if (next?.includes("segundo-factor")) return window.open(next, "_blank");
    refreshTokens();
    loginDialog.close();
    alive();
    find("#live").textContent = words.signedIn;
    say(words.signedIn);
  });

  function refreshTokens() {
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((each) => {
      each.value = token();
    });
  }

  document.addEventListener("sesionVencida", () => signInHere());
  // Whoever signed in in another tab comes back with another token.
  window.addEventListener("focus", refreshTokens);

  /* A warning before the session ends by itself, in all tabs at once */

  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("genesis-session") : null;
  const idle = Number(words.idle || 30);
  let warning;

  function alive(told = false) {
    clearTimeout(warning);
    if (idleDialog?.open) idleDialog.close();
    warning = setTimeout(() => idleDialog?.showModal(), Math.max(idle - 5, 1) * MINUTE);
    if (!told) tabs?.postMessage("alive");
  }

  tabs?.addEventListener("message", () => alive(true));
  find("[data-stay]", idleDialog ?? document)?.addEventListener("click", () => {
    ask(words.keepUrl).catch(() => {});
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && alive());
  alive();

  /* The form of the page */

  function asks(form) {
    return [...form.elements].filter((each) => each.name && !NEVER.includes(each.type));
  }

  function isKept(form) {
    if (form.closest("dialog") || "noDraft" in form.dataset || !asks(form).length) return false;
    const carries = (name) => form.elements.namedItem(name);
    return form.dataset.autosave || carries("key") || carries("version");
  }

  const form = [...document.querySelectorAll("main form[method=post]")].find(isKept);
  if (!form) return;
  const page = form.dataset.autosave;
  const url = words.draftUrl;
  const line = find("[data-saved]", form) ?? form.appendChild(document.createElement("p"));
  line.className = "tenue";
  line.setAttribute("role", "status");

  function say(text) {
    if (line) line.textContent = text;
  }

  function answers() {
    const typed = {};
    asks(form).forEach((each) => {
      typed[each.name] ??= [];
      if (["checkbox", "radio"].includes(each.type)) {
        if (each.checked) typed[each.name].push(each.value);
      } else if (each.tagName === "SELECT") {
        [...each.selectedOptions].forEach((option) => typed[each.name].push(option.value));
      } else {
        typed[each.name].push(each.value);
      }
    });
    return typed;
  }

  function fill(typed) {
    const left = Object.fromEntries(Object.entries(typed).map(([k, v]) => [k, [...v]]));
    asks(form).forEach((each) => {
      const values = left[each.name];
      if (!values) return;
      if (["checkbox", "radio"].includes(each.type)) {
        each.checked = values.includes(each.value);
      } else if (each.tagName === "SELECT") {
        [...each.options].forEach((option) => (option.selected = values.includes(option.value)));
      } else {
        each.value = values.shift() ?? "";
      }
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* Keeping what is typed: two seconds after the last key, and when the page is left */

  let waiting;
  let dirty = false;
  let sent = false;

  async function keep(last = false) {
    clearTimeout(waiting);
    if (!dirty || sent) return true;
    dirty = false;
    try {
      const answer = await (page ? keepPage(last) : keepDraft(last));
      if (answer.status === 401) {
        dirty = true;
        return keep(); // after the sign-in
      }
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved } = await answer.json();
      say(words.draftSaved.replace("{time}", saved));
      if (!page) remember();
      return true;
    } catch {
      dirty = true;
      say(words.draftNotSaved);
      return false;
    }
  }

  function keepPage(last) {
    const typed = new FormData(form);
    typed.set("autosave", "1");
    return ask(page, { method: "POST", body: typed, keepalive: last });
  }

  function keepDraft(last) {
    return ask(url, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Page-Title": encodeURIComponent(find("main h1")?.textContent.trim() ?? ""),
        "X-Page-Address": encodeURIComponent(location.pathname + location.search),
      },
      body: JSON.stringify(answers()),
      keepalive: last,
    });
  }

  /* The form says that there is a draft, so that the server forgets it when it takes the form. */
  function remember() {
    if (find("[name=borrador]", form)) return;
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = "borrador";
    mark.value = decodeURIComponent(url).split("/").slice(2, 4).join("/");
    form.append(mark);
  }

  form.addEventListener("input", () => {
    dirty = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => keep(), AFTER);
  });
  window.addEventListener("pagehide", () => keep(true));

  /* Before it is sent: what was typed since the draft is kept first, so that a session which
     ended meanwhile asks for the password here, and not on another page. */
  form.addEventListener("submit", async (event) => {
    if (sent || !dirty) return (sent = true);
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    await keep();
    sent = true;
    form.requestSubmit(button);
  }, { capture: true });
  window.addEventListener("pageshow", () => (sent = false));

  /* A draft of another time is offered, never filled in unasked */

  async function offer() {
    if (page || find("#error-summary")) return;
    const answer = await ask(url).catch(() => null);
    if (answer?.status !== 200) return;
    const draft = await answer.json();
    remember();
    const block = document.createElement("div");
    block.className = "aviso";
    block.setAttribute("role", "status");
    const text = document.createElement("p");
    text.textContent = words.draftFound.replace("{day}", draft.day).replace("{time}", draft.time);
    const buttons = document.createElement("div");
    buttons.className = "botones";
    buttons.append(
      button(words.draftGoOn, "btn btn-primary", () => {
        fill(draft.answers);
        block.remove();
        asks(form)[0]?.focus();
      }),
      button(words.draftDiscard, "btn btn-outline", async () => {
        await ask(url, { method: "DELETE" }).catch(() => {});
        find("[name=borrador]", form)?.remove();
        block.remove();
      }),
    );
    block.append(text, buttons);
    form.before(block);
  }

  function button(text, look, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = look;
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  offer();
})();

/* What the pages gain with JavaScript. Each of them works without it. */

(() => {
  "use strict";

  const words = document.body.dataset;
  const find = (selector, within = document) =>
    within.matches?.(selector) ? within : within.querySelector(selector);

  /* Messages: always in the page, and afloat for a while when they are out of sight */

  function toast(text, tone) {
    const block = document.createElement("div");
    block.className = `aviso ${tone}`;
    block.setAttribute("role", "status");
    block.textContent = text;
    find("#messages")?.append(block);
    float(block);
    return block;
  }

  function float(block) {
    const { top, bottom } = block.getBoundingClientRect();
    if (top >= 0 && bottom <= window.innerHeight) return;
    const copy = block.cloneNode(true);
    copy.removeAttribute("role");
    copy.setAttribute("aria-hidden", "true");
    copy.inert = true;
    copy.classList.add("flotante");
    document.body.append(copy);
    setTimeout(() => copy.remove(), 6000);
  }

  function announce(text) {
    const live = find("#live");
    if (live) live.textContent = text;
  }

  /* The pages of a person: on a phone they stand in one row, with the open one in sight */

  const openPage = find(".subnav [aria-current]");
  if (openPage) {
    const row = openPage.closest(".subnav");
    const [here, all] = [openPage.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += here.left + here.width / 2 - all.left - all.width / 2;
  }

  /* Forms: the summary of errors is read first, and nothing is sent twice */

  function welcome(root) {
    root.querySelectorAll("form[method=post]").forEach((form) => (form.noValidate = true));
    find("#error-summary", root)?.focus();
  }

  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[data-held]").forEach((button) => {
      button.disabled = false;
      delete button.dataset.held;
    });
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    const question = button?.dataset.confirm || form.dataset.confirm;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    if (question && !form.dataset.sure) {
      event.preventDefault();
      if (await confirmed(question)) {
        form.dataset.sure = "yes";
        form.requestSubmit(button);
        delete form.dataset.sure;
      }
      return;
    }
    form.dataset.sent = "yes";
    // After the browser has gathered the answers, the button's own among them.
    setTimeout(() => {
      if (!button) return;
      button.disabled = true;
      button.dataset.held = "yes";
    });
    // Whoever stopped the page, or received a file, can send again.
    setTimeout(() => release(form), 10000);
  });

  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });

  function confirmed(question) {
    const dialog = find("#confirm-dialog");
    if (!dialog) return Promise.resolve(window.confirm(question));
    find("[data-question]", dialog).textContent = question;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.onclose = () => resolve(dialog.returnValue === "yes");
    });
  }

  /* On a phone the filters stand above what they found: once applied they fold up. */

  document.addEventListener("submit", (event) => {
    const filters = event.target.closest("details.filtros");
    if (filters && window.matchMedia("(max-width: 47.99rem)").matches) filters.open = false;
  });

  /* Menus: one at a time; Escape and a click elsewhere close them */

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  }

  document.addEventListener("click", (event) => {
    closeMenus(event.target.closest("details.menu"));
    const opener = event.target.closest("[data-opens]");
    if (opener) find(opener.dataset.opens)?.showModal();
  });

  /* Shortcuts: / search, n new, g p people, ? help. Each person can switch them off. */

  const SWITCH = "genesis-shortcuts";
  const shortcutsOn = () => localStorage.getItem(SWITCH) !== "off";
  const typing = (element) =>
    element.closest("input, textarea, select, [contenteditable], dialog[open]");
  let before = "";

  function follow(element) {
    if (!element) return false;
    if (element.matches("summary, input")) element.focus();
    if (!element.matches("input")) element.click();
    return true;
  }

  function go(url) {
    if (url) window.location.assign(url);
    return Boolean(url);
  }

  const shortcuts = {
    "/": () => follow(find("#global-search")) || go(words.searchUrl),
    n: () => follow(find("[data-shortcut=n]")),
    gp: () => go(words.peopleUrl),
    "?": () => {
      const help = find("#shortcuts");
      help?.showModal();
      return Boolean(help);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = event.target.closest("details.menu[open]") || find("details.menu[open]");
      closeMenus();
      find("summary", open ?? document.createElement("div"))?.focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || !shortcutsOn()) return;
    const act = shortcuts[before + event.key] || shortcuts[event.key];
    before = event.key === "g" ? "g" : "";
    if (act?.()) event.preventDefault();
  });

  const shortcutSwitch = find("#shortcut-switch");
  if (shortcutSwitch) {
    shortcutSwitch.checked = shortcutsOn();
    shortcutSwitch.addEventListener("change", () =>
      localStorage.setItem(SWITCH, shortcutSwitch.checked ? "on" : "off"),
    );
  }

  /* htmx: the token at the moment of asking, and words for what went wrong */

  function cookie(name) {
    const found = document.cookie.split("; ").find((each) => each.startsWith(`${name}=`));
    return found && decodeURIComponent(found.slice(name.length + 1));
  }

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    const token = cookie("__Host-csrftoken") || cookie("csrftoken");
    if (detail.verb !== "get" && token) detail.headers["X-CSRFToken"] = token;
  });

  document.addEventListener("htmx:afterRequest", ({ target }) => {
    const form = target.closest?.("form");
    if (form) release(form);
  });

  document.addEventListener("htmx:afterSwap", ({ target }) => {
    if (!target.querySelector) return; // a piece of text
    welcome(target);
    offerPaper(target);
    const counted = find("[data-announce]", target);
    if (counted) announce(counted.textContent.trim());
  });

  document.addEventListener("htmx:sendError", () => toast(words.offline, "mal"));

  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status === 401 && find("#login-dialog")) {
      document.dispatchEvent(new CustomEvent("sesionVencida"));
      return;
    }
    const block = toast(detail.xhr.status === 401 ? words.signedOut : words.failed, "mal");
    if (detail.xhr.status !== 401 || !words.loginUrl) return;
    const link = document.createElement("a");
    link.href = words.loginUrl;
    link.target = "_blank"; // what was typed here stays here
    link.textContent = words.signIn;
    block.append(" ", link);
  });

  /* Paper: the button is there for whom it works */

  function offerPaper(root) {
    root.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  offerPaper(document);
  welcome(document);
  document.querySelectorAll("#messages .aviso").forEach(float);
})();

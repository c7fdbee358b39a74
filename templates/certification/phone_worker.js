/* Keeps the page of the telephone for when there is no signal. What people noted is not here. */

const VERSION = "evaluar-{{ version }}";
const KEPT = {{ kept|safe }};

self.addEventListener("install", (event) => {
  const whole = (url) => new Request(url, { cache: "reload", redirect: "error" });
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(KEPT.map(whole))));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((each) => each.startsWith("evaluar-") && each !== VERSION);
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(old(names).map((each) => caches.delete(each))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (!KEPT.includes(pathname)) return;
  event.respondWith(
    caches
      .open(VERSION)
      .then((cache) => cache.match(pathname))
      .then((found) => found ?? fetch(event.request)),
  );
});

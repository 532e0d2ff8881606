// The service worker: every file of the folder from what is kept, and with it what threads and safety need.

importScripts("files.js");

const OURS = `in2in ${new URL(".", location)} `; // other folders of this host have their own
const KEPT = OURS + self.in2in.version;
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Content-Security-Policy": self.in2in.policy,
  "X-Content-Type-Options": "nosniff",
};

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
  self.skipWaiting();
});

async function keep() {
  const cache = await caches.open(KEPT);
  for (const name of [...Object.keys(self.in2in.files), "files.js"]) {
    if (!(await cache.match(name))) await cache.add(new Request(name, { cache: "reload" }));
  }
}

self.addEventListener("activate", (event) => event.waitUntil(take()));

async function take() {
  for (const name of await caches.keys()) {
    if (name.startsWith(OURS) && name !== KEPT) await caches.delete(name);
  }
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  const here = new URL(request.url);
  const name = here.origin + here.pathname.replace(/\/$/, "/index.html");
  const found = (await (await caches.open(KEPT)).match(name)) ?? (await fetch(request));
  const headers = new Headers(found.headers);
  for (const [key, value] of Object.entries(HEADERS)) headers.set(key, value);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}

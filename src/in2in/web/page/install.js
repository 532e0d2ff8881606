// Keeps the folder's files in the browser, so that the page works without a network, and counts them while they come.

const CHUNK_NOTICE = 250_000; // bytes between two notices

/**
 * Fetch what is not kept yet and start the service worker, which serves the kept files from then on.
 * Returns false where the browser keeps nothing (no https, a private window): then the page works with a network only.
 */
export async function install({ version, files }, tell) {
  if (!navigator.serviceWorker || !self.caches) return false;
  try {
    if (!navigator.serviceWorker.controller) await fill(version, files, tell);
    await navigator.serviceWorker.register("service.js");
    await navigator.serviceWorker.ready;
    return true;
  } catch (error) {
    console.info(`not installed: ${error.message}`);
    return false;
  }
}

async function fill(version, files, tell) {
  const cache = await caches.open(`in2in ${new URL(".", location)} ${version}`);
  const all = Object.values(files).reduce((sum, bytes) => sum + bytes, 0);
  let got = 0;
  let told = 0;
  for (const [name, bytes] of Object.entries(files)) {
    if (!(await cache.match(name))) {
      const found = await fetch(name, { cache: "reload" });
      if (!found.ok) throw new Error(`${name} cannot be loaded (${found.status})`);
      const parts = [];
      for (const reader = found.body.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        parts.push(value);
        told += value.length;
        if (told < CHUNK_NOTICE) continue;
        told = 0;
        tell(Math.min(all, got + parts.reduce((sum, part) => sum + part.length, 0)), all);
      }
      const type = found.headers.get("Content-Type") ?? "application/octet-stream";
      await cache.put(name, new Response(new Blob(parts), { headers: { "Content-Type": type } }));
    }
    got += bytes;
    tell(got, all);
  }
}

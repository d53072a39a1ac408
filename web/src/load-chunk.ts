const retryMs = 1_000;
/** Prevents an endless loop of reloads when a chunk is still missing after a reload. */
const minReloadIntervalMs = 30_000;
const reloadedAtKey = 'reloaded-at';

/**
 * Loads a part of the page on demand (`load` is an `import()`). Waits while the server is unreachable, for example during a
 * restart. If the server is reachable but the chunk is missing, the page is older than the server: it reloads.
 */
export async function loadChunk<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    await waitForServer();
  }
  try {
    return await load();
  } catch (error) {
    if (Date.now() - Number(sessionStorage.getItem(reloadedAtKey) ?? 0) < minReloadIntervalMs) throw error;
    sessionStorage.setItem(reloadedAtKey, String(Date.now()));
    window.location.reload();
    return new Promise(() => {});
  }
}

async function waitForServer(): Promise<void> {
  for (;;) {
    const response = await fetch('/healthz').catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

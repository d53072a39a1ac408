const pauseMs = 1_000;
/** A page that has just been loaded anew and misses a part again would be loaded for ever. */
const reloadPauseMs = 30_000;
const reloadedAt = 'reloaded-at';

/**
 * A part of the page that is fetched when it is needed (`load` is an `import()`). While the server is away, as in a restart, it
 * waits. When the part is not there although the server is, the page is of an older build than the server: it is loaded anew.
 */
export async function loadChunk<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    await serverAnswers();
  }
  try {
    return await load();
  } catch (error) {
    if (Date.now() - Number(sessionStorage.getItem(reloadedAt) ?? 0) < reloadPauseMs) throw error;
    sessionStorage.setItem(reloadedAt, String(Date.now()));
    window.location.reload();
    return new Promise(() => {});
  }
}

async function serverAnswers(): Promise<void> {
  for (;;) {
    const answer = await fetch('/healthz').catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

import { createElement, type FunctionComponent, lazy, useState } from 'react';
import { Problem } from './api/problem.ts';
import { addressOf } from './base-path.ts';
import { reloadStyles } from './resources.ts';

const retryMs = 1_000;
/** Prevents an endless loop of reloads when a chunk is still missing after a reload. */
const minReloadIntervalMs = 30_000;
const reloadedAtKey = 'reloaded-at';

interface LazyPart<Props extends object> {
  component: FunctionComponent<Props>;
  /** Prefetches the code and the styles. */
  load: () => Promise<unknown>;
}

/** Functions that make React load a part again: it never retries a lazy component that failed. */
const failedParts = new Set<() => void>();

/** Parts that failed to load are loaded again when they are rendered the next time. */
export function retryFailedParts(): void {
  for (const retry of failedParts) retry();
  failedParts.clear();
}

/** A part of the page that is loaded on demand (`load` is an `import()`). */
export function lazyPart<Props extends object>(
  load: () => Promise<{ default: FunctionComponent<Props> }>,
): LazyPart<Props> {
  let loadedComponent: FunctionComponent<Props> | undefined;
  const loadWithStyles = async () => {
    const { default: component } = await load();
    await reloadStyles();
    loadedComponent = component;
    return { default: component };
  };
  const createLazy = () =>
    lazy(() =>
      loadChunk(loadWithStyles).catch((error) => {
        failedParts.add(() => {
          Lazy = createLazy();
        });
        throw error;
      }),
    );
  let Lazy = createLazy();
  // Renders a prefetched part without Suspense: React throttles the switch from a fallback to its content.
  function Part(props: Props) {
    const [Component] = useState<FunctionComponent<Props>>(
      () => loadedComponent ?? (Lazy as unknown as FunctionComponent<Props>),
    );
    return createElement(Component, props);
  }
  return { component: Part, load: loadWithStyles };
}

/**
 * Loads a chunk. Waits while the server is unreachable, for example during a restart. If the server is reachable but the chunk is
 * missing, the page is older than the server: it reloads. Errors: PAGE_PART_MISSING when that did not help.
 */
async function loadChunk<Chunk>(load: () => Promise<Chunk>): Promise<Chunk> {
  try {
    return await load();
  } catch {
    await waitForServer();
  }
  try {
    return await load();
  } catch (error) {
    if (Date.now() - Number(sessionStorage.getItem(reloadedAtKey) ?? 0) < minReloadIntervalMs) {
      throw partMissing(error);
    }
    sessionStorage.setItem(reloadedAtKey, String(Date.now()));
    window.location.reload();
    return new Promise(() => {});
  }
}

function partMissing(error: unknown): Problem {
  return new Problem(0, {
    code: 'PAGE_PART_MISSING',
    detail: error instanceof Error ? error.message : String(error),
    meaning: 'The server answers, but a part of the page cannot be loaded. Runs are not affected.',
    remedy: 'Try again. If it happens again, check the proxy in front of matre.',
  });
}

async function waitForServer(): Promise<void> {
  for (;;) {
    const response = await fetch(addressOf('/healthz')).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

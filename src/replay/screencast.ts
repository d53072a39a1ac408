import type { DevTools } from './dev-tools.ts';

/** A picture of a page of 1,280 pixels has 20 to 60 kB, and its texts can be read. */
const format = { format: 'jpeg', quality: 40, maxWidth: 900, maxHeight: 900, everyNthFrame: 1 };
/** Two frames that are closer are an animation, such as that of a page that loads: then Chrome pauses for so long, and draws four a second. */
const gapMs = 500;
/** Chrome forgets a start that meets a navigation (seen in 156), so a page that is silent for so long is shown anew. */
const silenceMs = 2_000;

/** Makes Chrome send pictures of the windows of a session, no more than a recording needs. */
export interface Screencast {
  begin(target: string): void;
  end(target: string): void;
  onFrame(target: string | undefined, frame: unknown): void;
}

/** `later` calls `work` after `ms`, unless the session has ended. */
export function createScreencast(
  send: DevTools['send'],
  later: (ms: number, work: () => void) => void,
): Screencast {
  /** When each window sent the last frame, or that it draws none now. */
  const windows = new Map<string, number | 'paused'>();

  const restart = (target: string) => {
    if (!windows.has(target)) return;
    // The frame of the start is none of an animation.
    windows.set(target, Number.NEGATIVE_INFINITY);
    send('Page.stopScreencast', {}, target);
    send('Page.startScreencast', format, target);
  };
  const watch = (target: string) =>
    later(silenceMs, () => {
      const last = windows.get(target);
      if (last === undefined) return;
      if (last !== 'paused' && performance.now() - last >= silenceMs) restart(target);
      watch(target);
    });

  return {
    begin(target) {
      windows.set(target, Number.NEGATIVE_INFINITY);
      send('Page.startScreencast', format, target);
      watch(target);
    },
    end: (target) => void windows.delete(target),
    onFrame(target, frame) {
      send('Page.screencastFrameAck', { sessionId: frame }, target);
      const last = target === undefined ? undefined : windows.get(target);
      if (target === undefined || last === undefined || last === 'paused') return;
      const now = performance.now();
      windows.set(target, now);
      if (now - last >= gapMs) return;
      // A new start shows what the page has come to, also when it stands still by then.
      windows.set(target, 'paused');
      send('Page.stopScreencast', {}, target);
      later(gapMs, () => restart(target));
    },
  };
}

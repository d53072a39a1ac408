import { runToken } from '../model/run-token.ts';
/** Whose a browser session is: of which installation of matre, which run, and under which fence. */
export interface SessionOwner {
  installation: string;
  runId: number;
  fence: number;
}

/**
 * What a session of ours is called: `matre.INSTALLATION.run-12-3.1`, the last being the process of the run that wants it. It
 * becomes the capability `se:name` and a switch of Chrome, so it has no blanks.
 */
export function sessionLabel({ installation, runId, fence }: SessionOwner, process: number): string {
  return `matre.${installation}.${runToken({ runId, fence })}.${process}`;
}

/** Whose a session is by its label; `undefined` when it is none of ours. */
export function ownerOf(label: string | undefined): SessionOwner | undefined {
  const [, installation, runId, fence] = /^matre\.([\w-]+)\.run-(\d+)-(\d+)\.\d+$/.exec(label ?? '') ?? [];
  if (installation === undefined) return undefined;
  return { installation, runId: Number(runId), fence: Number(fence) };
}

/** The switch of Chrome that carries the label; Chrome itself ignores what it does not know. */
export const labelSwitch = '--matre-session=';

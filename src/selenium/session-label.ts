import { runToken } from '../model/run-token.ts';

/** The owner of a browser session: the installation of matre, the run, and its fence. */
export interface SessionOwner {
  installation: string;
  runId: number;
  fence: number;
}

/**
 * The label of a session: `matre.INSTALLATION.run-12-3.1`, where the last number is the process of the run that opens it, or its
 * browser where browsers are kept for later tests. It becomes the capability `se:name` and a switch of Chrome, so it has no blanks.
 */
export function sessionLabel({ installation, runId, fence }: SessionOwner, number: number): string {
  return `matre.${installation}.${runToken({ runId, fence })}.${number}`;
}

/** The owner in a session's label; `undefined` when the session is not one of matre's. */
export function ownerOf(label: string | undefined): SessionOwner | undefined {
  const [, installation, runId, fence] = /^matre\.([\w-]+)\.run-(\d+)-(\d+)\.\d+$/.exec(label ?? '') ?? [];
  if (installation === undefined) return undefined;
  return { installation, runId: Number(runId), fence: Number(fence) };
}

/** The switch of Chrome that carries the label; Chrome ignores unknown switches. */
export const labelSwitch = '--matre-session=';

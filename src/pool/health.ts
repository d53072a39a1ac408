import { type Captured, capture } from '../engine/capture.ts';
import type { ContainerSpec, Engine } from '../engine/engine.ts';
import { clearLeftovers, leftovers, parseLeftovers, supervisorFile } from '../engine/supervised.ts';

/**
 * One look from inside: the mounts on standard output, a complaint a line on standard error. The first argument says how
 * many folders follow that must be writable; files that must have content come after them.
 */
const look = `
cat /proc/self/mountinfo
folders=$1
shift
while [ "$folders" -gt 0 ]; do
  { true >"$1/.matre-probe" && rm -f "$1/.matre-probe"; } 2>/dev/null || echo "$1 cannot be written" >&2
  shift
  folders=$((folders - 1))
done
for file; do
  [ -s "$file" ] || echo "$file is missing or empty" >&2
done
`;

/**
 * What is wrong with a container that runs, or `undefined`: each tmpfs is really one and writable, no mount shows a folder that
 * was deleted outside, and the required files are there and not empty.
 */
export async function findAilment(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
  requiredFiles: string[],
): Promise<string | undefined> {
  const folders = spec.tmpfs.map(({ target }) => target);
  const argv = ['sh', '-c', look, 'sh', String(folders.length), ...folders, ...requiredFiles];
  return judge(spec, await capture(engine, container, argv));
}

/** The same, and the tokens of supervised processes in it, in one look: each costs the engine a process. */
export async function lookInside(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
): Promise<{ ailment: string | undefined; processes: string[] }> {
  const folders = spec.tmpfs.map(({ target }) => target);
  const script = `${look}\necho ${divider}\nsh ${supervisorFile().path} list`;
  const argv = ['sh', '-c', script, 'sh', String(folders.length), ...folders];
  const { stdout, ...rest } = await capture(engine, container, argv);
  const [mountinfo = '', listed = ''] = stdout.split(`${divider}\n`);
  const tokens = parseLeftovers(listed).map(({ token }) => token);
  return { ailment: judge(spec, { stdout: mountinfo, ...rest }), processes: [...new Set(tokens)] };
}

const divider = '--- processes ---';

function judge(spec: ContainerSpec, { code, stdout, stderr }: Captured): string | undefined {
  const folders = spec.tmpfs.map(({ target }) => target);
  const mounts = parseMounts(stdout);
  for (const target of folders) {
    if (mounts.get(target)?.type !== 'tmpfs') return `${target} is not a tmpfs`;
  }
  for (const { source, target } of spec.mounts) {
    const mount = mounts.get(target);
    if (!mount || mount.deleted) return `${target} does not show ${source}, which was deleted or replaced`;
  }
  const complaints = stderr.trim().replaceAll('\n', ', ');
  if (complaints !== '' || code !== 0) return complaints || `its shell answers with exit code ${code}`;
  return undefined;
}

/** Clears the processes that an earlier run left. Gives the runs whose they were, and whether they are gone. */
export async function clearEarlierRuns(
  engine: Engine,
  container: string,
): Promise<{ tokens: string[]; cleared: boolean }> {
  const left = await leftovers(engine, container);
  if (left.length === 0) return { tokens: [], cleared: true };
  const cleared = await clearLeftovers(engine, container);
  return { tokens: [...new Set(left.map(({ token }) => token))], cleared };
}

/**
 * By target. man 5 proc: `ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [...] - TYPE SOURCE ...`, with octal escapes; the kernel
 * adds `//deleted` to a root that no longer exists. A later line covers an earlier one.
 */
export function parseMounts(mountinfo: string): Map<string, { type: string; deleted: boolean }> {
  const mounts = new Map<string, { type: string; deleted: boolean }>();
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , root, target] = left.split(' ');
    if (root === undefined || target === undefined) continue;
    const [type = ''] = right.split(' ');
    mounts.set(unescapeOctal(target), { type, deleted: root.endsWith('//deleted') });
  }
  return mounts;
}

function unescapeOctal(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

import type { ContainerSpec, Engine } from '../engine/engine.ts';
import { type Captured, capture } from '../engine/read-all.ts';
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

/** One thing that was looked at in a container. */
export interface HealthCheck {
  /** What should be so. */
  name: string;
  ok: boolean;
  /** What was seen; of one that is not well in words that follow "because". */
  seen: string;
}

/**
 * What is wrong with a container that runs, or `undefined`: each tmpfs is really one and writable, no mount shows a folder that
 * was deleted outside, and the required files are there and not empty.
 */
export async function diagnose(
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
export async function inspectInside(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
): Promise<{ problem: string | undefined; processes: string[] }> {
  const folders = spec.tmpfs.map(({ target }) => target);
  const script = `${look}\necho ${divider}\nsh ${supervisorFile().path} list`;
  const argv = ['sh', '-c', script, 'sh', String(folders.length), ...folders];
  const { stdout, ...rest } = await capture(engine, container, argv);
  const [mountinfo = '', listed = ''] = stdout.split(`${divider}\n`);
  const tokens = parseLeftovers(listed).map(({ token }) => token);
  return { problem: judge(spec, { stdout: mountinfo, ...rest }), processes: [...new Set(tokens)] };
}

const divider = '--- processes ---';

/** The first mount that is not what it should be, else all complaints. */
function judge(spec: ContainerSpec, captured: Captured): string | undefined {
  const wrong = checkMounts(spec, parseMounts(captured.stdout)).find(({ ok }) => !ok);
  if (wrong) return wrong.seen;
  const mftfErrors = captured.stderr.trim().replaceAll('\n', ', ');
  if (mftfErrors !== '' || captured.code !== 0) {
    return mftfErrors || `its shell answers with exit code ${captured.code}`;
  }
  return undefined;
}

function checkMounts(spec: ContainerSpec, mounts: ReturnType<typeof parseMounts>): HealthCheck[] {
  const tmpfs = spec.tmpfs.map(({ target }) => {
    const ok = mounts.get(target)?.type === 'tmpfs';
    return { name: `${target} is a tmpfs`, ok, seen: ok ? 'tmpfs' : `${target} is not a tmpfs` };
  });
  const binds = spec.mounts.map(({ source, target }) => {
    const mount = mounts.get(target);
    const ok = mount !== undefined && !mount.deleted;
    const wrong = `${target} does not show ${source}, which was deleted or replaced`;
    return { name: `${target} shows ${source}`, ok, seen: ok ? 'it does' : wrong };
  });
  return [...tmpfs, ...binds];
}

/** The same look as that of `findAilment`, with everything that was looked at. */
export async function checkInside(
  engine: Engine,
  container: string,
  spec: ContainerSpec,
  requiredFiles: readonly string[],
): Promise<HealthCheck[]> {
  const folders = spec.tmpfs.map(({ target }) => target);
  const argv = ['sh', '-c', look, 'sh', String(folders.length), ...folders, ...requiredFiles];
  const { code, stdout, stderr } = await capture(engine, container, argv);
  const mftfErrors = stderr
    .trim()
    .split('\n')
    .filter((line) => line !== '');
  const check = (name: string, mftfError: string) => {
    const ok = !mftfErrors.includes(mftfError);
    return { name, ok, seen: ok ? 'it is' : mftfError };
  };
  const checks = [
    ...checkMounts(spec, parseMounts(stdout)),
    ...folders.map((folder) => check(`${folder} is writable`, `${folder} cannot be written`)),
    ...requiredFiles.map((file) => check(`${file} is there`, `${file} is missing or empty`)),
  ];
  const told = new Set(checks.map(({ seen }) => seen));
  const rest = mftfErrors.filter((mftfError) => !told.has(mftfError));
  if (code !== 0) rest.push(`its shell answers with exit code ${code}`);
  return [...checks, ...rest.map((seen) => ({ name: 'its shell answers', ok: false, seen }))];
}

/** Bytes of each tmpfs that can be told, by target. POSIX `df -P`: blocks of 1024 bytes, the target is the last column. */
export async function readFill(
  engine: Engine,
  container: string,
  targets: readonly string[],
): Promise<Map<string, { sizeBytes: number; usedBytes: number }>> {
  const { stdout } = await capture(engine, container, ['df', '-kP', ...targets]);
  const fill = new Map<string, { sizeBytes: number; usedBytes: number }>();
  for (const line of stdout.split('\n')) {
    const [, size, used, target] = /^\S+ +(\d+) +(\d+) +-?\d+ +\S+ +(.+)$/.exec(line) ?? [];
    if (target === undefined) continue;
    fill.set(target, { sizeBytes: Number(size) * 1024, usedBytes: Number(used) * 1024 });
  }
  return fill;
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

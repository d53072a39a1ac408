import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerSpec } from '../engine.ts';

/** The parts of a sandbox, in its folder. */
export const parts = {
  writable: (folder: string, target: string) => join(folder, 'writable', target),
  files: (folder: string, target: string) => join(folder, 'files', target),
  tmp: (folder: string) => join(folder, 'tmp'),
  hosts: (folder: string) => join(folder, 'hosts'),
  passwd: (folder: string) => join(folder, 'passwd'),
  group: (folder: string) => join(folder, 'group'),
};

/** Folders with programs that the sandbox uses from this machine; the image may replace each. */
const systemFolders = /^(usr|bin|sbin|lib.*)$/;
/**
 * What programs need of this machine's /etc when the image has none: libraries, certificates, names of hosts and time zones, and the
 * settings of PHP, fonts and Chromium. The rest has passwords, keys and settings of services.
 */
const systemSettings =
  /^(alternatives|ca-certificates.*|chromium.*|crypto-policies|debian_version|fonts|gai\.conf|host\.conf|hosts|ImageMagick.*|java.*|ld\.so\..*|locale.*|localtime|lsb-release|magic.*|mime\.types|nsswitch\.conf|os-release|perl|php.*|pki|protocols|python3.*|resolv\.conf|services|ssl|terminfo|timezone)$/;
/** Folders that every sandbox has for itself. */
const ownFolders = new Set(['proc', 'dev', 'sys', 'tmp', 'run']);
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

/** A mount over the tree, at `target`. */
interface Layer {
  target: string;
  argv: string[];
}

/**
 * The arguments of bubblewrap that build the tree of a sandbox: the programs of this machine, read-only; the top folders of the
 * image over them, read-only; then the mounts of the specification. `folder` is the folder of the sandbox.
 */
export function treeArguments(spec: ContainerSpec, image: string, folder: string): string[] {
  const layers = layersOf(spec, folder).sort((a, b) => segments(a.target) - segments(b.target));
  const targets = layers.map(({ target }) => target);
  const top = new Map<string, string>();
  for (const name of readdirSync('/')) if (systemFolders.test(name)) top.set(name, join('/', name));
  for (const name of readdirSync(image)) if (!ownFolders.has(name)) top.set(name, join(image, name));
  return [
    ...[...top].flatMap(([name, source]) => place(source, `/${name}`, targets)),
    ...(top.has('etc') ? [] : settingsOfMachine(folder, targets)),
    ...['--proc', '/proc', '--tmpfs', '/dev'],
    // Not bubblewrap's --dev: it needs a second user namespace for its terminals, which no process can enter later.
    ...devices.flatMap((name) => ['--dev-bind-try', `/dev/${name}`, `/dev/${name}`]),
    ...['--symlink', '/proc/self/fd', '/dev/fd'],
    ...['--symlink', '/proc/self/fd/0', '/dev/stdin'],
    ...['--symlink', '/proc/self/fd/1', '/dev/stdout'],
    ...['--symlink', '/proc/self/fd/2', '/dev/stderr'],
    ...['--perms', '1777', '--tmpfs', '/dev/shm', '--dir', '/run'],
    ...resolver(),
    ...layers.flatMap(({ target, argv }) => [...foldersAbove(target), ...argv]),
    ...['--remount-ro', '/'],
  ];
}

/** The folders of the specification's files that are not below a writable folder. */
export function fileFolders(spec: ContainerSpec): string[] {
  const folders = new Set(spec.files.map(({ path }) => dirname(path)));
  return [...folders].filter((path) => !spec.writable.some((writable) => isWithin(path, writable)));
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder.replace(/\/$/, '')}/`);
}

/** A folder /etc with the part of this machine's that is no secret, and an account for the user of the tests. */
function settingsOfMachine(folder: string, targets: string[]): string[] {
  const names = readdirSync('/etc').filter((name) => systemSettings.test(name));
  return [
    ...['--dir', '/etc'],
    ...names.flatMap((name) => place(join('/etc', name), `/etc/${name}`, targets)),
    ...['--ro-bind-try', parts.passwd(folder), '/etc/passwd'],
    ...['--ro-bind-try', parts.group(folder), '/etc/group'],
  ];
}

function layersOf(spec: ContainerSpec, folder: string): Layer[] {
  const bind = (source: string, target: string, readOnly = false): Layer => ({
    target,
    argv: [readOnly ? '--ro-bind' : '--bind', source, target],
  });
  return [
    bind(parts.tmp(folder), '/tmp'),
    ...spec.writable.map((target) => bind(parts.writable(folder, target), target)),
    ...fileFolders(spec).map((target) => bind(parts.files(folder, target), target)),
    ...(spec.extraHosts.length > 0 ? [bind(parts.hosts(folder), '/etc/hosts', true)] : []),
    ...spec.mounts.map(({ source, target, readOnly }) => bind(source, target, readOnly)),
    ...spec.tmpfs.map(({ target, sizeBytes, mode }) => ({
      target,
      argv: ['--perms', mode.toString(8), '--size', String(sizeBytes), '--tmpfs', target],
    })),
  ];
}

/**
 * Mounts a file or folder of the system or the image at `target`. A read-only folder accepts no new mount points, so one that
 * lacks the target of a later layer is created empty, and its children are mounted into it one by one.
 */
function place(source: string, target: string, targets: string[]): string[] {
  const info = lstatSync(source);
  if (info.isSymbolicLink()) return ['--symlink', readlinkSync(source), target];
  if (!info.isDirectory()) return ['--ro-bind', source, target];
  const lacksTarget = targets
    // A target below another layer must exist in that layer instead.
    .filter((path) => !targets.some((other) => other !== path && isWithin(path, other)))
    .some((path) => isWithin(path, target) && !existsSync(join(source, path.slice(target.length))));
  if (!lacksTarget) return ['--ro-bind', source, target];
  const children = readdirSync(source);
  return [
    '--dir',
    target,
    ...children.flatMap((name) => place(join(source, name), join(target, name), targets)),
  ];
}

/** /etc/resolv.conf is often a link into /run, which the sandbox does not share. */
function resolver(): string[] {
  try {
    const file = realpathSync('/etc/resolv.conf');
    return file.startsWith('/run/') ? ['--ro-bind', file, file] : [];
  } catch {
    return [];
  }
}

/** bubblewrap would create them for root alone when what is mounted below is closed to others. */
function foldersAbove(target: string): string[] {
  const above = dirname(target);
  return above === '/' ? [] : [...foldersAbove(above), '--dir', above];
}

function segments(path: string): number {
  return path.split('/').filter((part) => part !== '').length;
}

import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { buildSampleImage } from '../../src/demo/image.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openEngine } from '../../src/engine/open-engine.ts';
import { dockerSettings, silentLog } from '../faults/stores.ts';
import { startDocker } from '../support/docker.ts';
import { startShop } from '../support/shop.ts';

/**
 * A separate machine from the view of matre: its own network with one cable to ours, a Docker Engine, a data folder.
 */
export interface Host {
  name: string;
  /** The address of our end of the cable. */
  gateway: string;
  /** The command prefix that runs a command there. */
  commandPrefix: string[];
  /** For the harness, which reaches it even when the cable is cut. */
  engine: Engine;
  /** The settings of matre processes there. */
  settings: Record<string, string>;
  /** Pulls the cable: nothing passes, and neither end is notified. */
  cutOff(): void;
  plugIn(): void;
  close(): Promise<void>;
}

/** `network`: the first three parts of unused addresses; each host takes four of them, from `index` on. */
export async function openHost(options: { folder: string; network: string; index: number }): Promise<Host> {
  const { network, index } = options;
  const name = `host-${index + 1}`;
  const folder = join(options.folder, name);
  const address = (end: number) => `${network}.${4 * index + end}`;
  const [gateway, own] = [address(1), address(2)];
  await mkdir(join(folder, 'data'), { recursive: true, mode: 0o700 });
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    // The shop of the tests there; the cable is removed with its namespace.
    const { pid, commandPrefix, stop } = await startShop({ isolated: true });
    closing.push(stop);
    const cable = `mh${pid}`;
    const ip = (...argv: string[]) => execFileSync('ip', argv);
    const ipInside = (...argv: string[]) =>
      execFileSync('nsenter', [...commandPrefix.slice(1), 'ip', ...argv]);
    ip('link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(pid));
    ip('address', 'add', `${gateway}/30`, 'dev', cable);
    ip('link', 'set', cable, 'up');
    ipInside('address', 'add', `${own}/30`, 'dev', 'eth0');
    ipInside('link', 'set', 'eth0', 'up');

    const docker = await startDocker(join(folder, 'engine'), { isolated: commandPrefix });
    closing.push(docker.stop);
    const image = await buildSampleImage(new Docker({ socketPath: docker.host.replace('unix://', '') }));
    const { host: dockerHost } = docker;
    const engine = await openEngine({ kind: 'docker', dockerHost, sandboxFolder: folder, log: silentLog });
    closing.push(() => engine.close());
    return {
      name,
      gateway,
      commandPrefix,
      engine,
      settings: { ...dockerSettings(image, dockerHost), MATRE_DATA: join(folder, 'data') },
      cutOff: () => void ip('link', 'set', cable, 'down'),
      plugIn: () => void ip('link', 'set', cable, 'up'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleAdmin } from '../../src/demo/shop/shop.ts';
import { type Installation, project } from './installation.ts';

/** Runs a script of Node in the network of the tests, reachable there, and in other networks of the project, under the name. */
export async function startScript(
  installation: Installation,
  name: string,
  script: string,
  { networks = [] }: { networks?: string[] } = {},
): Promise<void> {
  const flags = ['--detach', '--network', project, '--network-alias', name, '--name', `script-${name}`];
  await installation.docker('run', ...flags, '--entrypoint', 'node', installation.image, '-e', script);
  for (const network of networks) {
    await installation.docker(
      'network',
      'connect',
      '--alias',
      name,
      `${project}_${network}`,
      `script-${name}`,
    );
  }
}

/** Runs a script of Node in a network of the project to its end, and resolves to the JSON that it prints. */
export async function runScript<T>(
  { docker, image }: Installation,
  network: string,
  script: string,
  flags: string[] = [],
): Promise<T> {
  const within = ['--rm', '--network', network, ...flags, '--entrypoint', 'node', image];
  return JSON.parse(await docker('run', ...within, '-e', script));
}

/** Adds an environment of the sample, by its env file. */
export async function addEnvironment(
  { data, compose }: Installation,
  code: string,
  address: string,
): Promise<void> {
  const env = join(data, `.env.${code}`);
  await writeFile(
    env,
    [
      `MAGENTO_BASE_URL=${address}`,
      'MAGENTO_BACKEND_NAME=admin',
      `MAGENTO_ADMIN_USERNAME=${sampleAdmin.username}`,
      `MAGENTO_ADMIN_PASSWORD=${sampleAdmin.password}`,
      '',
    ].join('\n'),
  );
  await compose('exec', '-T', 'server', 'matre', 'env', 'import', env);
}

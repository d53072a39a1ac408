import { randomUUID } from 'node:crypto';
import Docker from 'dockerode';
import { expect, it } from 'vitest';
import { buildSampleImage } from '../../src/demo/image.ts';

it('the sample image is loaded once, and its MFTF generates in a container without network', async () => {
  const docker = new Docker();
  const reference = await buildSampleImage(docker);
  const { Id } = await docker.getImage(reference).inspect();
  expect(await buildSampleImage(docker)).toBe(reference);
  expect((await docker.getImage(reference).inspect()).Id).toBe(Id);

  const generated = '/var/www/html/dev/tests/acceptance/tests/functional/Magento/_generated';
  const container = await docker.createContainer({
    name: `matre-sample-image-${randomUUID()}`,
    Image: reference,
    Cmd: ['php', '-d', 'memory_limit=-1', 'vendor/bin/mftf', 'generate:tests', '--force'],
    Tty: true,
    HostConfig: { NetworkMode: 'none', Tmpfs: { [generated]: 'size=16m' } },
  });
  try {
    await container.start();
    expect((await container.wait()).StatusCode).toBe(0);
    const output = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(output).toContain('Generate Tests Command Run');
  } finally {
    await container.remove({ force: true });
  }
});

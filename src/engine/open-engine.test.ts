import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Logger } from '../log.ts';
import { openEngine } from './open-engine.ts';

it('names the missing Docker Engine, and not the image, when only Docker could have the image', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'matre-open-engine-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const opening = openEngine({
    kind: 'auto',
    image: 'magento-mftf:2.4',
    dockerHost: `unix://${folder}/no-docker.sock`,
    sandboxFolder: join(folder, 'sandboxes'),
    log: { debug: () => {} } as unknown as Logger,
  });
  await expect(opening).rejects.toMatchObject({
    code: 'ENGINE_UNREACHABLE',
    message: expect.stringMatching(
      /^The Docker Engine does not answer: .*no-docker\.sock\. .* magento-mftf:2\.4 is not a folder/,
    ),
    remedy: expect.stringContaining('start the Docker Engine'),
  });
});

import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moduleNames } from './module-names.ts';

let checkout: string;
beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'matre-names-'));
});
afterEach(() => rm(checkout, { recursive: true }));

async function put(path: string, content = '') {
  await mkdir(join(checkout, dirname(path)), { recursive: true });
  await writeFile(join(checkout, path), content);
}
const register = (name: string) =>
  `<?php\nuse Magento\\Framework\\Component\\ComponentRegistrar;\nComponentRegistrar::register(ComponentRegistrar::MODULE, '${name}', __DIR__);\n`;

describe('moduleNames', () => {
  it('has the name of the target folder', async () => {
    await put('Test/Mftf/Data/OrderData.xml');
    expect(moduleNames(checkout, 'app/code/TestModule')).toEqual(['TestModule']);
  });

  it('has the registered name as well', async () => {
    await put('Test/Mftf/Data/OrderData.xml');
    await put('registration.php', register('Acme_Tests'));
    expect(moduleNames(checkout, 'app/code/Acme/Tests')).toEqual(['Acme_Tests', 'Tests']);
  });

  it('reads no registration.php that is too large to be one', async () => {
    await put('Test/Mftf/Data/OrderData.xml');
    await put('registration.php', register('Acme_Tests'));
    // More than Node reads at once; it takes no space on the disk.
    await truncate(join(checkout, 'registration.php'), 3 * 1024 ** 3);
    expect(moduleNames(checkout, 'app/code/Acme/Tests')).toEqual(['Tests']);
  });

  it('has the names of all modules in a vendor folder', async () => {
    await put('Cart/Test/Mftf/Test/CartTest.xml');
    await put('Cart/registration.php', register('Acme_Cart'));
    await put('Shared/Test/Mftf/Data/SharedData.xml');
    await put('Other/Test/Unit/OtherTest.php');
    expect(moduleNames(checkout, 'app/code/Acme')).toEqual(['Acme_Cart', 'Cart', 'Shared']);
  });
});

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { isFault } from '../../../faults/fault.ts';
import { createSourcePack, openSourcePack } from './source-pack.ts';

const file = 'app/code/Acme/Shop/Test/Mftf/Test/T.xml';

async function packOf(files: Record<string, string>): Promise<Buffer> {
  const list = Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) }));
  const pack = createSourcePack({ root: '', files: list });
  for await (const { path, content } of pack.source.files) expect(`${content}`).toBe(files[path]);
  return pack.toBytes();
}

it('holds the XML files that tests are resolved from, and no others', async () => {
  const files = openSourcePack(await packOf({ [file]: '<tests/>', 'vendor/a/b/registration.php': '<?php' }));
  expect(`${files(file)}`).toBe('<tests/>');
  expect(files('vendor/a/b/registration.php')).toBeUndefined();
});

it('is refused when a byte of it was changed', async () => {
  const bytes = await packOf({ [file]: '<tests/>' });
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  expect(() => openSourcePack(bytes)).toThrow(expect.toSatisfy((error) => isFault(error, 'INPUT_INVALID')));
});

it('keeps about as much memory as it has content', async () => {
  // A process of its own: other tests' buffers come and go in this one.
  const script = `
    import { createSourcePack } from ${JSON.stringify(new URL('./source-pack.ts', import.meta.url))};
    function* smallFiles() {
      for (let index = 0; index < 2_000; index += 1) yield { path: ${JSON.stringify(file)}, content: Buffer.from('<tests/>') };
    }
    // The buffers of a collection are freed beside it; the next collection waits for that.
    const collectGarbage = () => [gc(), gc()];
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    const pack = createSourcePack({ root: '', files: smallFiles() });
    for await (const _ of pack.source.files);
    collectGarbage();
    const kept = process.memoryUsage().arrayBuffers - before;
    console.log(JSON.stringify({ kept, packed: pack.toBytes().length }));`;
  const flags = ['--expose-gc', '--import', 'tsx', '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  const { kept, packed } = JSON.parse(stdout);
  // 10 bytes each, from buffers that small pieces share: 0.1 MB. With a buffer of 16 KB for each they were 33 MB.
  expect(kept).toBeLessThan(4_000_000);
  expect(packed).toBeGreaterThan(20_000);
});

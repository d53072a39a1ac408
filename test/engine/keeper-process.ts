// A process that creates a sandbox, to be killed by a test or to run as another user.
// Arguments: the folder of the sandboxes, the folder of the image.
import { capture } from '../../src/engine/read-all.ts';
import { createSandboxEngine } from '../../src/engine/sandbox/engine.ts';
import { superviseExec, supervisorFile } from '../../src/engine/supervised.ts';

const [folder = '', image = ''] = process.argv.slice(2);
const engine = createSandboxEngine({ folder });
const { id } = await engine.create({
  name: 'kept',
  image,
  labels: {},
  env: {},
  mounts: [],
  tmpfs: [{ target: '/matre/run', sizeBytes: 1024 ** 2, mode: 0o700 }],
  files: [supervisorFile()],
  writable: ['/var/www/html'],
  network: undefined,
  extraHosts: [],
  capabilities: [],
  memoryBytes: 64 * 1024 ** 2,
});
const { code } = await capture(engine, id, ['touch', '/matre/run/x', '/var/www/html/x']);
const argv = ['sh', '-c', 'echo started; exec sleep 1000'];
const run = await superviseExec(engine, id, { argv }, { token: 'kept' });
run.stderr.resume();
run.stdout.once('data', () => console.log(`up ${code}`));
/** What a test cannot do, with the exit code 0 when it can. */
const attempts = [
  ['unshare', '--user', 'true'],
  ['unshare', '--user', '--map-root-user', 'true'],
  ['mount', '-t', 'tmpfs', 'none', '/tmp'],
  ['chroot', '/', 'true'],
  ['cat', '/etc/shadow'],
];
process.stdin.on('data', async (line) => {
  if (String(line).trim() === 'attempt') {
    const results = await Promise.all(attempts.map((argv) => capture(engine, id, argv)));
    const { stdout } = await capture(engine, id, [
      'grep',
      '-E',
      '^(CapEff|CapPrm|NoNewPrivs)',
      '/proc/self/status',
    ]);
    console.log(
      `${results.filter((result) => result.code === 0).length} done, ${stdout.split(/\s+/).join(' ')}`,
    );
    return;
  }
  const { kind } = await run.stop();
  console.log(`${kind} ${await engine.remove(id)}`);
  process.exit(0);
});

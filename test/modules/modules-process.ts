/** A process that requests checkouts: argv is the folder and the source as JSON; each line of input is a request. */
import { createInterface } from 'node:readline';
import { createLog } from '../../src/log.ts';
import { createModules } from '../../src/modules/modules.ts';
import { createThreads } from '../../src/threads/threads.ts';

const [folder = '', source = ''] = process.argv.slice(2);
const modules = await createModules({
  folder,
  source: JSON.parse(source),
  log: createLog({ level: 'silent' }),
  threads: createThreads({ count: 1 }),
});
console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const [word, commit = ''] = line.split(' ');
  console.log('asking');
  if (word === 'resolve') console.log((await modules.resolve()).id);
  if (word === 'checkout') console.log(await modules.checkout(commit));
}

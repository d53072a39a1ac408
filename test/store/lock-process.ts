// Acquires the lock of a data folder, prints the result, and holds it until its standard input ends or it is killed.
import { isFault } from '../../src/faults/fault.ts';
import { lockFolder } from '../../src/store/database/folder-lock.ts';

const [folder = '', url = ''] = process.argv.slice(2);
try {
  const lock = await lockFolder(folder);
  if (url) await lock.publish({ url, token: 'of the server' });
  console.log('mine');
  process.stdin.on('end', async () => {
    await lock.release();
    process.exit();
  });
  process.stdin.resume();
} catch (error) {
  console.log(isFault(error) ? `${error.code} ${error.message}` : error);
  process.exit();
}

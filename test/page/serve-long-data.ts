// Serves the page with long names in everything, to look at it: 200 environments, 3,000 tests, 1,000 runs. It is what
// layout.test.ts measures. Sign-in is off unless MATRE_SIGN_IN says otherwise; nothing is executed or kept.
//
//   npx tsx test/page/serve-long-data.ts 8090
//
// The page must be built (`npm run build`), or served by `MATRE_URL=http://127.0.0.1:8090 npm run dev`.
import { admin } from './long-data/database.ts';
import { startLongDataServer } from './long-data/server.ts';

const [port = '8090'] = process.argv.slice(2);
const signIn = process.env['MATRE_SIGN_IN'] ?? 'off';
const server = await startLongDataServer({ MATRE_PORT: port, MATRE_SIGN_IN: signIn });
console.log(`${server.url}, runs: ${JSON.stringify(server.ids)}`);
if (signIn === 'on') console.log(`Sign in as ${admin.name} with ${admin.password}`);
process.once('SIGINT', () => void server.close());
process.once('SIGTERM', () => void server.close());

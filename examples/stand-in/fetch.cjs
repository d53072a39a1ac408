// Replaces PHP's part of `src/mftf/container/fetch.php`: requests addresses and prints a line of JSON for each. Tests
// of the stand-in need no browser, so Selenium is requested only when `STAND_IN_BROWSER` is set.
const { text } = require('node:stream/consumers');
const { openProject } = require('./env.cjs');

async function ask(seconds, url, { authorization, json }) {
  const startedAt = Date.now();
  const ms = () => Date.now() - startedAt;
  try {
    const signal = AbortSignal.timeout(Number(seconds) * 1000);
    const headers = {
      ...(authorization && { authorization }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    };
    const method = json === undefined ? 'GET' : 'POST';
    const response = await fetch(url, { method, body: json, redirect: 'manual', headers, signal });
    return { url, ms: ms(), status: response.status, body: await response.text() };
  } catch (error) {
    const reason =
      error.cause?.code === 'ECONNREFUSED'
        ? 'Connection refused'
        : error.name === 'TimeoutError'
          ? 'timed out'
          : (error.cause?.message ?? error.message);
    return { url, ms: ms(), error: `fopen(${url}): Failed to open stream: ${reason}` };
  }
}

async function main(targets) {
  const { env } = openProject();
  const details = JSON.parse((await text(process.stdin)) || '{}');
  for (const target of targets) {
    const [, seconds, url] = /^(\S+) (.*)$/.exec(target);
    if (url.endsWith('/status') && !env.STAND_IN_BROWSER) continue;
    process.stdout.write(`${JSON.stringify(await ask(seconds, url, details[url] ?? {}))}\n`);
  }
}

main(process.argv.slice(2)).then(() => process.exit(0));

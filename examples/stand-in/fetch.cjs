// Replaces PHP's part of `src/mftf/container/fetch.php`: requests addresses and prints a line of JSON for each. Tests
// of the stand-in need no browser, so Selenium is requested only when `STAND_IN_BROWSER` is set.
const { openProject } = require('./env.cjs');

async function ask(seconds, url) {
  const startedAt = Date.now();
  const ms = () => Date.now() - startedAt;
  try {
    const signal = AbortSignal.timeout(Number(seconds) * 1000);
    const response = await fetch(url, { redirect: 'manual', signal });
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
  for (const target of targets) {
    const [, seconds, url] = /^(\S+) (.*)$/.exec(target);
    if (url.endsWith('/status') && !env.STAND_IN_BROWSER) continue;
    process.stdout.write(`${JSON.stringify(await ask(seconds, url))}\n`);
  }
}

main(process.argv.slice(2)).then(() => process.exit(0));

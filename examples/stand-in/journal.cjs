// Records processes for an independent judge: with MATRE_JOURNAL set, every process appends its start and end as lines
// of JSON, and a heartbeat in between, so that the end of a killed process is known to within a quarter of a second.
const fs = require('node:fs');
const os = require('node:os');

/** `command` is mftf or codecept, `test` its argument. Times: epoch and monotonic milliseconds. */
function openJournal(project, command, test) {
  const file = project.env.MATRE_JOURNAL;
  const write = (event, more) => {
    if (!file) return;
    const line = {
      event,
      command,
      pid: process.pid,
      host: os.hostname(),
      // The supervisor of the container marks its processes with this: the run that owns this process.
      token: process.env.MATRE_EXEC?.replaceAll(':', ''),
      baseUrl: project.env.MAGENTO_BASE_URL,
      test,
      at: Date.now(),
      monotonic: Number(process.hrtime.bigint() / 1000n) / 1000,
      ...more,
    };
    fs.appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  write('start');
  const beat = setInterval(() => write('beat'), 250);
  beat.unref();
  return {
    end: (code) => {
      clearInterval(beat);
      write('end', { code });
    },
  };
}

module.exports = { openJournal };

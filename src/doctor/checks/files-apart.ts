import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MarkAnswer, type ProbeAnswer, probeLockPrefix } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { askWorkers } from '../probes/ask-workers.ts';

/**
 * Whether this process can read what workers write. Host names do not tell: containers of one host have different ones, and a folder may
 * be on the network. So the check writes a file into its data folder, and asks each worker whether its own data folder has that file.
 */
export const filesApart: Check = {
  name: 'files-apart',
  labels: {
    subject: 'the files of workers',
    ok: 'the files of all workers can be read',
    problem: 'the files of a worker cannot be read',
  },
  description:
    'whether this process can read the logs and screenshots of each live worker, above all with several hosts',
  symptoms: ['a run has no log and no screenshots', 'the files of runs of another host cannot be seen'],
  codes: ['FILES_APART'],

  async run(context) {
    const { config, workers } = context;
    const { artifacts: storedIn, dataFolder } = config.store;
    const live = (await workers.list()).filter(({ alive }) => alive);
    if (live.length === 0) return [ok('There is no worker, so no files are written.')];
    const mark = `${probeLockPrefix}${randomUUID()}`;
    const path = join(dataFolder, mark);
    await writeFile(path, '');
    try {
      const isAnswer = (answer: ProbeAnswer): answer is MarkAnswer =>
        'mark' in answer && answer.mark === mark;
      const { byWorker } = await askWorkers(context, live, { mark }, isAnswer);
      return live.map((worker) => judge(worker, byWorker.get(worker.id), { storedIn, dataFolder }));
    } finally {
      await rm(path, { force: true });
    }
  },
};

/** Where this process keeps the files of runs. */
interface OwnStorage {
  storedIn: CheckContext['config']['store']['artifacts'];
  dataFolder: string;
}

const places = { database: 'in the database', s3: 'in S3' } as const;

function judge({ id }: WorkerProcess, answer: MarkAnswer | undefined, own: OwnStorage): Finding {
  if (answer === undefined) return unknown('The worker did not answer where it keeps its files.', id);
  if (answer.keptIn === own.storedIn && answer.keptIn !== 'folder') {
    return ok(`The worker keeps its files ${places[answer.keptIn]}, where every process can read them.`, id);
  }
  if (answer.keptIn === 'folder' && answer.seen)
    return ok(`The worker shares the folder ${own.dataFolder}.`, id);
  const theirs = answer.keptIn === 'folder' ? `in its own folder ${answer.folder}` : places[answer.keptIn];
  const ours = own.storedIn === 'folder' ? `in its own folder ${own.dataFolder}` : places[own.storedIn];
  return problem('FILES_APART', `Worker ${id} keeps its files ${theirs}, and this process reads ${ours}.`, {
    about: id,
  });
}

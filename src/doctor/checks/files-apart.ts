import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type MarkAnswer, type ProbeAnswer, probeLockPrefix } from '../../store/tables/probes.ts';
import type { WorkerProcess } from '../../store/tables/workers.ts';
import { type Check, type Finding, ok, problem, unknown } from '../check.ts';
import type { CheckContext } from '../check-context.ts';
import { askWorkers } from '../probes/ask-workers.ts';

/**
 * Whether what workers write can be read here. Names of hosts do not tell: containers of one host have different ones, and a folder
 * may be on the network. So a file is put into the data folder, and each worker is asked whether it is in its own.
 */
export const filesApart: Check = {
  name: 'files-apart',
  description:
    'whether logs and screenshots that each live worker writes can be read here, on several hosts above all',
  symptoms: ['a run has no log and no screenshots', 'the files of runs of another host cannot be seen'],
  codes: ['FILES_APART'],

  async run(context) {
    const { config, workers } = context;
    const { artifacts: keptIn, dataFolder } = config.store;
    const live = (await workers.list()).filter(({ alive }) => alive);
    if (live.length === 0) return [ok('No worker is there, so nobody writes any.')];
    const mark = `${probeLockPrefix}${randomUUID()}`;
    const path = join(dataFolder, mark);
    await writeFile(path, '');
    try {
      const isAnswer = (given: ProbeAnswer): given is MarkAnswer => 'mark' in given && given.mark === mark;
      const { byWorker } = await askWorkers(context, live, { mark }, isAnswer);
      return live.map((worker) => judge(worker, byWorker.get(worker.id), { keptIn, dataFolder }));
    } finally {
      await rm(path, { force: true });
    }
  },
};

interface Here {
  keptIn: CheckContext['config']['store']['artifacts'];
  dataFolder: string;
}

function judge({ id }: WorkerProcess, answer: MarkAnswer | undefined, here: Here): Finding {
  if (answer === undefined) return unknown('It did not say where it keeps them.', id);
  if (answer.keptIn === 'database' && here.keptIn === 'database') {
    return ok('It keeps them in the database, where everybody can read them.', id);
  }
  if (answer.keptIn === 'folder' && answer.seen) return ok(`It shares the folder ${here.dataFolder}.`, id);
  const theirs = answer.keptIn === 'folder' ? `in its own folder ${answer.folder}` : 'in the database';
  const ours = here.keptIn === 'folder' ? `in its own folder ${here.dataFolder}` : 'in the database';
  return problem('FILES_APART', `Worker ${id} keeps them ${theirs}, and this process looks ${ours}.`, {
    about: id,
  });
}

import { createHash } from 'node:crypto';
import { mapInTurns } from '../async/map-in-turns.ts';
import type { Status } from '../model/result.ts';
import { testCaseIdOf } from './allure.ts';
import { plainText } from './xml.ts';

/** An earlier run of an environment, with the last result of each of its tests. */
export interface PastRun {
  id: number;
  environmentCode: string;
  finishedAt: Date;
  results: {
    test: string;
    suite: string | undefined;
    status: Status;
    startedAt: Date;
    durationMs: number;
    message: string | undefined;
  }[];
}

/**
 * Makes lines of the history file of Allure 3 (`historyPath`): the results of an earlier run. The runs of an environment have the same
 * tests, whose ids are hashes, so each is made once.
 */
export function createHistoryLines(): (run: PastRun) => Promise<string> {
  const historyIds = new Map<string, string>();
  const historyIdOf = (fullName: string, environmentCode: string) => {
    const key = `${environmentCode} ${fullName}`;
    const id = historyIds.get(key) ?? newHistoryId(fullName, environmentCode);
    historyIds.set(key, id);
    return id;
  };
  return async ({ id, environmentCode, finishedAt, results }) => {
    const items = await mapInTurns(results, ({ test, suite, status, startedAt, durationMs, message }) => {
      const fullName = suite === undefined ? test : `${suite}:${test}`;
      const historyId = historyIdOf(fullName, environmentCode);
      const start = startedAt.getTime();
      const item = {
        id: md5(`${id} ${fullName}`),
        name: plainText(test),
        fullName: plainText(fullName),
        status,
        ...(message !== undefined && { message: plainText(message) }),
        start,
        stop: start + durationMs,
        duration: durationMs,
        labels: [],
        url: '',
        historyId,
        reportLinks: [],
      };
      return `${JSON.stringify(historyId)}:${JSON.stringify(item)}`;
    });
    const head = JSON.stringify({
      uuid: md5(`run ${id}`),
      name: `Run ${id} on ${environmentCode}`,
      timestamp: finishedAt.getTime(),
      knownTestCaseIds: [],
      metrics: {},
      url: '',
    });
    return `${head.slice(0, -1)},"testResults":{${items.join(',')}}}\n`;
  };
}

/** The id by which Allure 3 finds the earlier results of a test: that of the test and those of its parameters (read in 3.18). */
const newHistoryId = (fullName: string, environmentCode: string) =>
  `${md5(testCaseIdOf(fullName))}.${md5(`environment:${environmentCode}`)}`;

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

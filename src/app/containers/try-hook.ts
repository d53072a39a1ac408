import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createPace } from '../../async/pace.ts';
import type { Config } from '../../config/config.ts';
import { superviseTo } from '../../engine/supervise-to.ts';
import { Fault } from '../../faults/fault.ts';
import { executeHook } from '../../hooks/execute-hook.ts';
import type { HookPlace, SendHookRequest } from '../../hooks/hook-place.ts';
import { hookValues } from '../../hooks/hook-values.ts';
import { type HeldLock, type LockStore, lockNames } from '../../locks/lock.ts';
import type { Layout } from '../../mftf/container/layout.ts';
import { prepare } from '../../mftf/container/prepare.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import { type EnvFiles, moduleEnvPath } from '../../mftf/module/env-files.ts';
import type { InstalledModule } from '../../mftf/module/installed-module.ts';
import { createRedactor } from '../../mftf/redaction/redactor.ts';
import type { Environment } from '../../model/environment.ts';
import type { HookTask } from '../../model/hook.ts';
import { maxHookTrialSeconds, maxOutputRate } from '../../model/limits.ts';
import type { Context } from '../../operations/core/context.ts';
import { checkoutsFolder } from '../../pool/specification.ts';
import type { EngineAndPool } from './engine-and-pool.ts';

/** The end of the output that a trial shows. */
const maxOutputLength = 16 * 1024;

interface TrialDependencies {
  config: Pick<Config, 'worker'>;
  locks: LockStore;
  sendHookRequest: SendHookRequest;
  parts: Pick<EngineAndPool, 'engine' | 'pool'> & { layout: Layout };
  testModules: CheckedOutModules;
  /** The one of them that has the values of the environment. */
  valuesFrom: InstalledModule;
  files: EnvFiles;
}

/**
 * Executes a hook once, outside of a run, with the locks of its environment: no run is executed there meanwhile. One that waits sends one
 * request. Errors: ENVIRONMENT_BUSY while a run has the environment; those of the locks, the pool and the engine.
 */
export async function tryHook(
  deps: TrialDependencies,
  environment: Environment,
  hook: HookTask,
): ReturnType<Context['tryHook']> {
  const { locks } = deps;
  const owner = `trial of hook ${hook.name}, process ${process.pid}`;
  const held: HeldLock[] = [];
  try {
    for (const name of [lockNames.environment(environment.id), lockNames.execution(environment.id)]) {
      const lock = await locks.tryAcquire(name, { owner });
      if (!lock) {
        throw new Fault(
          'ENVIRONMENT_BUSY',
          `A run has environment ${environment.code}, so no hook may be tried there.`,
        );
      }
      held.push(lock);
    }
    return await execute(deps, environment, hook, held);
  } finally {
    await Promise.all(held.map((lock) => lock.release()));
  }
}

async function execute(
  { config, sendHookRequest, parts, testModules, valuesFrom, files }: TrialDependencies,
  environment: Environment,
  hook: HookTask,
  held: readonly HeldLock[],
): ReturnType<Context['tryHook']> {
  const { engine, pool, layout } = parts;
  const signal = AbortSignal.any(held.map(({ lost }) => lost));
  const redactor = await createRedactor(files.secrets);
  let output = '';
  const place: HookPlace = {
    ...hookValues(files.values, {
      id: 0,
      attempt: 1,
      environment,
      commit: testModules[0].id,
      verdict: 'passed',
    }),
    prepareContainer: async () => {},
    async command({ argv, folder, env, timeoutMs, output: to }) {
      const { code } = environment;
      const requiredFiles = [`${checkoutsFolder}/${valuesFrom.id}/${moduleEnvPath(code)}`];
      const { id } = await pool.ensure(environment, { signal, requiredFiles });
      await prepare(engine, id, { layout, testModules, valuesFrom, code, files });
      return superviseTo(
        engine,
        id,
        { argv, cwd: folder ?? layout.root, env },
        {
          token: `hook-${process.pid}`,
          limitMs: config.worker.heartbeatMs,
          timeoutMs,
          signal,
          output: to,
          pace: createPace(maxOutputRate),
        },
      );
    },
    send: sendHookRequest,
    async openLog() {
      const input = new PassThrough();
      // With an encoding, characters that are split between chunks stay whole.
      const redacted = input.pipe(redactor.stream()).setEncoding('utf8');
      redacted.on('data', (text: string) => {
        output = (output + text).slice(-maxOutputLength);
      });
      return {
        stream: input,
        async close() {
          input.end();
          await finished(redacted);
          return output;
        },
      };
    },
    line: () => {},
    signal,
    assertHeld() {
      for (const lock of held) lock.assertHeld();
    },
    stop: undefined,
  };
  const startedAt = performance.now();
  const outcome = await executeHook(onceOnly(hook), { logPath: '', key: `matre-trial-${Date.now()}` }, place);
  return {
    passed: outcome.kind === 'passed',
    message: outcome.kind === 'failed' ? redactor.text(outcome.message) : undefined,
    durationMs: Math.round(performance.now() - startedAt),
    output,
  };
}

/** The hook for a trial: in a limited time, and without repeating its request. */
function onceOnly(hook: HookTask): HookTask {
  const timeLimitSeconds = Math.min(hook.timeLimitSeconds, maxHookTrialSeconds);
  const { action } = hook;
  if (action.kind === 'command' || action.wait === undefined) return { ...hook, timeLimitSeconds };
  const wait = { ...action.wait, everySeconds: timeLimitSeconds };
  return { ...hook, timeLimitSeconds, action: { ...action, wait } };
}

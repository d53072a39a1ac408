import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/server/metrics.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import type { Kind } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

/** The metrics for Prometheus, for every kind of database. */
export function metricsConformance(kind: Kind): void {
  describe(`metrics of a server on ${kind}`, () => {
    let server: TestServer;
    const closers: (() => Promise<void>)[] = [];
    const container = { image: 'shop:1', createdAt: new Date(0), environmentId: 1, slot: 1 };
    let inspections = 0;
    const pool = {
      async list() {
        inspections += 1;
        return [
          { ...container, name: 'matre_magento_env_1', state: 'running' as const, stale: undefined },
          {
            ...container,
            name: 'matre_magento_env_2',
            state: 'stopped' as const,
            stale: 'its image changed',
          },
        ];
      },
      replace: () => Promise.reject(new Error('not asked for')),
      prune: () => Promise.reject(new Error('not asked for')),
    };
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };

    beforeAll(async () => {
      const settings: Record<string, string> = {};
      if (kind === 'postgres') {
        const [postgres, redis] = await Promise.all([sharedPostgres({ schema: true }), startRedis()]);
        closers.push(postgres.drop, redis.stop);
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
      }
      server = await startTestServer({ settings, parts: { runner: namedRunner, pool: async () => pool } });
      for (const code of ['us', 'held']) await server.ask('POST', '/api/environments', { code, ...shop });
      await server.ask('POST', '/api/environments/held/pause', { reason: 'so that runs stay queued' });
      await server.app.startWorkers();
    });
    afterAll(async () => {
      await server?.close();
      for (const close of closers) await close();
    });

    const submit = async (environment: string, tests: string[]) =>
      (await server.ask('POST', '/api/runs', { environments: [environment], selection: { tests } })).body
        .runs[0].id;

    const finished = (id: number) =>
      waitFor(async () => (await server.ask('GET', `/api/runs/${id}`)).body.run.state === 'finished');

    it('report queued runs, the age of the oldest, and running runs', async () => {
      await submit('held', ['PassA']);
      await submit('held', ['PassB']);
      const waiting = await submit('us', ['WaitForever']);
      await waitFor(async () => (await server.ask('GET', `/api/runs/${waiting}/progress`)).body.current);
      const text = (await server.ask('GET', '/metrics')).body;
      expect(text).toContain('matre_runs_running{environment="us"} 1');
      expect(text).toContain('matre_database_up 1');
      expect(text).toContain('matre_runs_queued{environment="held"} 2');
      expect(text).toContain('matre_runs_queued{environment="us"} 0');
      expect(text).toContain('matre_runs_running{environment="held"} 0');
      expect(text).toContain('matre_oldest_queued_run_age_seconds{environment="us"} 0');
      expect(text).toMatch(/matre_oldest_queued_run_age_seconds\{environment="held"\} \d*\.?\d+/);
      expect(text).toContain('matre_runs_with_waiting_results 0');
      expect(text).toContain('matre_lock_refusals_total{lock="environment"} 0');
      await server.ask('POST', `/api/runs/${waiting}/cancel`);
      await finished(waiting);
    });

    it('report open alerts, and what they are decided by', async () => {
      const { database } = server.app.context;
      await database.query(
        `INSERT INTO alert (kind, subject, message, action, page, started_at, last_seen_at, watched_at, source, members)
         VALUES ('disk-full', 'a /data', 'm', 'a', '/', now(), now(), now(), 's', '[]')`,
      );
      await database.query(
        `INSERT INTO shop_certificate (environment_id, base_url, ends_at)
         SELECT id, base_url, '2026-12-24T00:00:00Z' FROM environment WHERE code = 'us'`,
      );
      const text = (await server.ask('GET', '/metrics')).body;
      expect(text).toContain('matre_alert_open{kind="disk-full"} 1');
      expect(text).toContain('matre_alert_open{kind="queue-old"} 0');
      expect(text).toContain('matre_workers{state="alive"} 1');
      expect(text).toContain('matre_workers{state="lost"} 0');
      expect(text).toContain('matre_shop_certificate_end_timestamp_seconds{environment="us"} 1798070400');
      expect(text).toMatch(/matre_data_folder_free_bytes \d{6,}/);
      // The environments with queued runs are paused, or execute one.
      expect(text).toContain('matre_startable_run_age_seconds 0\n');
      await database.query('DELETE FROM alert');
    });

    it('count finished runs once, however often they are scraped', async () => {
      const metrics = createMetrics(server.app.context, { settleMs: 0 });
      await metrics.scrape();
      await submit('us', ['PassHome', 'FailCart', 'PassTax']);
      const passed = await submit('us', ['PassHome']);
      await finished(passed);
      const text = await waitFor(async () => {
        const scraped = await metrics.scrape();
        return scraped.includes('matre_runs_total{environment="us",verdict="passed"} 1') && scraped;
      });
      expect(text).toContain('matre_results_total{environment="us",status="passed"} 3');
      expect(text).toContain('matre_results_total{environment="us",status="failed"} 1');
      expect(text).toContain('matre_runs_total{environment="us",verdict="failed"} 1');
      // Each took 1.2 s.
      expect(text).toContain('matre_test_duration_seconds_bucket{le="1",status="passed"} 0');
      expect(text).toContain('matre_test_duration_seconds_bucket{le="2",status="passed"} 3');
      expect(text).toMatch(/matre_test_duration_seconds_sum\{status="passed"\} 3\.(6|5999)/);
      expect(text).toContain('matre_run_duration_seconds_count{verdict="failed"} 1');
      expect(await metrics.scrape()).toContain('matre_results_total{environment="us",status="passed"} 3');
    });

    it('count the hooks of runs by how they ended', async () => {
      const { context } = server.app;
      const metrics = createMetrics(context, { settleMs: 0 });
      await metrics.scrape();
      await context.database.query(
        `INSERT INTO run_hook (run_id, environment_id, round, number, name, moment, action, time_limit_seconds, repeatable, state, ended_at)
         SELECT run.id, environment.id, 0, number, 'hook-' || number, 'before', '{}', 5, false, 'passed', now()
         FROM generate_series(1, 2) AS number, environment, (SELECT id FROM run ORDER BY id LIMIT 1) AS run WHERE code = 'us'`,
      );
      await waitFor(async () =>
        (await metrics.scrape()).includes('matre_hooks_total{environment="us",outcome="passed"} 2'),
      );
    });

    it('count firings of schedules, and report how long one is overdue', async () => {
      const { context } = server.app;
      const metrics = createMetrics(context, { settleMs: 0 });
      expect(await metrics.scrape()).not.toContain('\nmatre_schedule_due_age_seconds');
      const schedule = {
        name: 'nightly',
        cron: '@yearly',
        environments: ['held'],
        selection: { tests: ['PassA'] },
      };
      await server.ask('POST', '/api/schedules', schedule);
      expect(await metrics.scrape()).toContain('matre_schedule_due_age_seconds 0\n');
      await server.ask('POST', '/api/schedules/nightly/fire', {});
      await server.ask('POST', '/api/schedules/nightly/fire', {});
      await context.database.query(`UPDATE schedule SET next_at = now() - interval '1 hour'`);
      const text = await waitFor(async () => {
        const scraped = await metrics.scrape();
        return scraped.includes('matre_schedule_firings_total{outcome="skipped"} 1') && scraped;
      });
      expect(text).toContain('matre_schedule_firings_total{outcome="fired"} 1');
      expect(text).toMatch(/matre_schedule_due_age_seconds 36\d\d/);
    });

    it('report messages that wait, and count those that were sent or given up', async () => {
      const { context } = server.app;
      const metrics = createMetrics(context, { settleMs: 0 });
      const [channel] = await context.database.query<{ id: number }>(
        `INSERT INTO channel (name, name_key, kind, settings, secrets, secret_names, created_by, changed_by)
         VALUES ('ops', 'ops', 'teams', '{}', 'x', '{}', 'x', 'x') RETURNING id`,
      );
      expect(await metrics.scrape()).toContain('matre_messages_waiting{channel_kind="teams"} 0');
      // One has been due for two hours, one waits for the end of quiet hours.
      await context.database.query(
        `INSERT INTO message (channel_id, channel_name, purpose, state, created_at, due_at, give_up_at, ended_at) VALUES
           ($1, 'ops', 'post', 'waiting', now() - interval '9 hours', now(), now() + interval '22 hours', NULL),
           ($1, 'ops', 'post', 'waiting', now() - interval '9 hours', now() + interval '1 hour', now() + interval '25 hours', NULL),
           ($1, 'ops', 'post', 'sent', now(), now(), now(), now()), ($1, 'ops', 'post', 'given-up', now(), now(), now(), now()),
           ($1, 'ops', 'post', 'dropped', now(), now(), now(), now())`,
        [channel?.id],
      );
      const text = await waitFor(async () => {
        const scraped = await metrics.scrape();
        return scraped.includes('matre_messages_total') && scraped.includes('outcome="sent"') && scraped;
      });
      expect(text).toContain('matre_messages_waiting{channel_kind="teams"} 2');
      expect(text).toMatch(/matre_oldest_waiting_message_age_seconds\{channel_kind="teams"\} 72\d\d/);
      expect(text).toContain('matre_messages_total{channel_kind="teams",outcome="sent"} 1');
      expect(text).toContain('matre_messages_total{channel_kind="teams",outcome="given-up"} 1');
      await context.database.query('DELETE FROM message');
      await context.database.query('DELETE FROM channel');
    });

    it('count interrupted attempts, and those after which the run continued', async () => {
      const { context } = server.app;
      const metrics = createMetrics(context, { settleMs: 0 });
      await metrics.scrape();
      const [first, second] = [await submit('held', ['PassA']), await submit('held', ['PassA'])];
      // As after two lost workers: one run continued, the other ended.
      await context.database.query(
        `INSERT INTO attempt (run_id, attempt, fence, worker_id, ended_at, outcome)
         SELECT id, 1, 1000 + id, 'w', now(), 'lost' FROM unnest($1::bigint[]) AS id`,
        [[first, second]],
      );
      await context.database.query(
        `UPDATE run SET state = 'finished', verdict = 'broken', finished_at = now(), attempt = 1 WHERE id = $1`,
        [second],
      );
      const text = await waitFor(async () => {
        const scraped = await metrics.scrape();
        // The run may have ended in the millisecond in which the window of a scrape ends: the next scrape counts it.
        const counts = [
          'matre_attempts_interrupted_total{outcome="lost"} 2',
          'matre_runs_total{environment="held",verdict="broken"} 1',
        ];
        return counts.every((count) => scraped.includes(count)) && scraped;
      });
      expect(text).toContain('matre_recoveries_total{outcome="lost"} 1');
      expect(text).toContain('matre_environment_broken_runs{environment="held"} 1');
      // It never started, so it took no time.
      expect(text).not.toContain('matre_run_duration_seconds_count{verdict="broken"}');
    });

    it('report the containers from a cache', async () => {
      const before = inspections;
      const metrics = createMetrics(server.app.context);
      const texts = [await metrics.scrape(), await metrics.scrape()];
      for (const text of texts) {
        expect(text).toContain('matre_containers{state="running"} 1');
        expect(text).toContain('matre_containers{state="stopped"} 1');
        expect(text).toContain('matre_containers_stale 1');
      }
      expect(inspections).toBe(before + 1);
    });
  });
}

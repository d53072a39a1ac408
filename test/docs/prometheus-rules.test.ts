import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load-config.ts';
import type { alertKinds } from '../../src/model/alert.ts';
import { defineMetrics } from '../../src/server/metric-definitions.ts';

const folder = join(import.meta.dirname, '../../deploy/prometheus');

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; action: string };
}
const text = readFileSync(join(folder, 'matre.rules.yml'), 'utf8');
const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

const runPromtool = (...args: string[]) =>
  spawnSync('promtool', args, { cwd: folder, encoding: 'utf8', timeout: 120_000 });

it('the rules for Prometheus use metrics that a server has, and say what to do', () => {
  const { registry } = defineMetrics();
  const names = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  for (const { alert, expr, labels, annotations } of rules) {
    const used = expr.match(/\bmatre_\w+/g) ?? [];
    expect(
      used.filter((name) => !names.has(name)),
      alert,
    ).toEqual([]);
    expect(used.length > 0 || expr.includes('up{job="matre"}'), alert).toBe(true);
    expect(labels.severity, alert).toMatch(/^(critical|warning)$/);
    expect(annotations.summary.length, alert).toBeGreaterThan(10);
    expect(annotations.action.length, alert).toBeGreaterThan(10);
  }
  // The package with promtool starts a server, so no test installs it.
  if (runPromtool('--version').status === 0) {
    expect(runPromtool('check', 'rules', 'matre.rules.yml')).toMatchObject({ status: 0, stderr: '' });
    expect(runPromtool('test', 'rules', 'matre.rules.test.yml')).toMatchObject({ status: 0 });
  }
});

it('the rules for Prometheus cover each kind of alert, with the limits that the settings have by default', () => {
  const expressionOf = (name: string) => rules.find(({ alert }) => alert === name)?.expr ?? '';
  const byKind: Record<(typeof alertKinds)[number], string[]> = {
    'disk-full': ['MatreDiskFull'],
    'worker-lost': ['MatreWorkersMissing', 'MatreWorkerLost'],
    'schedule-failed': ['MatreScheduleOverdue', 'MatreScheduleFailed'],
    'environment-broken': ['MatreEnvironmentBroken'],
    'queue-old': ['MatreQueueOld'],
    'engine-unreachable': ['MatreEngineUnreachable'],
    'certificate-ends': ['MatreCertificateEnds'],
    'doctor-finding': ['MatreDoctorFinding'],
  };
  const names = Object.values(byKind).flat();
  // And what is no alert of matre: what it cannot say of itself, and messages, without which an alert is not sent.
  expect(rules.map(({ alert }) => alert).toSorted()).toEqual(
    [...names, 'MatreDown', 'MatreDatabaseDown', 'MatreNotWatching', 'MatreMessagesWait'].toSorted(),
  );
  const { alerts } = loadConfig({ environment: {}, file: '/dev/null' });
  expect(expressionOf('MatreEnvironmentBroken')).toMatch(new RegExp(`>= ${alerts.brokenRuns}$`));
  expect(expressionOf('MatreQueueOld')).toMatch(new RegExp(`> ${alerts.queueAgeMs / 1000}$`));
  expect(expressionOf('MatreCertificateEnds')).toContain(`${alerts.certificateMs / 86_400_000} * 86400`);
  expect(expressionOf('MatreDiskFull')).toContain(`${1024 ** 3}`);
});

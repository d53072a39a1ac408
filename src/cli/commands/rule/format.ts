import type { RuleView } from '../../../operations/rules/rule-view.ts';
import { clean } from '../../output/format.ts';

/** `failed, broken; environments preprod-*; schedules nightly`: what a rule is about. */
export function ruleText({ occasions, conditions }: Pick<RuleView, 'occasions' | 'conditions'>): string {
  const parts = Object.entries(conditions).flatMap(([name, values]) =>
    values.length > 0 ? [`${name} ${values.join(', ')}`] : [],
  );
  return clean([occasions.join(', '), ...parts].join('; '));
}

export function timesText({ quietHours, digest }: Pick<RuleView, 'quietHours' | 'digest'>): string {
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
  const parts = [
    digest &&
      `${digest.period} digest ${digest.period === 'weekly' ? `on ${days[digest.weekday]} ` : ''}at ${digest.at} ${digest.zone}`,
    quietHours && `quiet from ${quietHours.from} to ${quietHours.until} ${quietHours.zone}`,
  ];
  return clean(parts.filter(Boolean).join(', '));
}

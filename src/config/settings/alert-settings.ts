import { duration, url, wholeNumber } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/** The settings of alerts for operators: a part of the table of settings. */
export const alertSettings = {
  MATRE_ALERT_INTERVAL: setting({
    group: 'Alerts',
    schema: duration(1),
    default: '30s',
    description:
      'How often alerts are looked for, by one process at a time (docs/operating.md). Most alerts begin after two observations in a row.',
  }),
  MATRE_ALERT_BROKEN_RUNS: setting({
    group: 'Alerts',
    schema: wholeNumber(0, 100),
    default: '3',
    description: 'After how many broken runs in a row an environment is an alert. 0: never.',
  }),
  MATRE_ALERT_QUEUE_AGE: setting({
    group: 'Alerts',
    schema: duration(0),
    default: '2h',
    description:
      'After how long a queued run is an alert when it does not start although its environment is free and not paused. 0: never.',
  }),
  MATRE_ALERT_CERTIFICATE: setting({
    group: 'Alerts',
    schema: duration(0),
    default: '14d',
    description: 'How long before its end the TLS certificate of a shop is an alert. 0: never.',
  }),
  MATRE_ALERT_DOCTOR: setting({
    group: 'Alerts',
    schema: duration(0),
    default: '15m',
    description:
      'How often checks of the doctor that cost little are made for alerts; each problem that they find is one. 0: never.',
  }),
  MATRE_HEARTBEAT_URL: optional({
    group: 'Alerts',
    schema: url('http', 'https'),
    secret: 'whole',
    description:
      'An address that matre requests after each look for alerts (GET), of a service that reports when the requests stop: no message is sent when every process is dead. Limits and proxy are those of messages.',
  }),
};

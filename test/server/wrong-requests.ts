import { type AnyOperation, pathParameters, usesQuery } from '../../src/operations/core/operation.ts';
import type { SentRequest } from './send.ts';

/** Part of every text in a wrong request, by which a trace of it would be found. */
export const marker = 'zzMarkerzz';

/** A valid value of each field of an operation, by name; `operation.field` where operations differ. */
const validValues: Record<string, unknown> = {
  a: 'run:1',
  action: { kind: 'command', argv: ['php', '-v'], folder: '/opt', variables: ['A'] },
  afterRun: 3,
  adminPassword: 'a secret',
  adminUsername: 'admin',
  all: true,
  allModules: true,
  allValues: true,
  attempt: 1,
  backendName: 'admin',
  at: '2026-01-01T00:00:00Z',
  b: 'run:2',
  baseUrl: 'https://example.com/',
  before: 3,
  active: false,
  beginsAt: '2026-01-01T00:00:00Z',
  catchUpMinutes: 5,
  changedSince: 'main',
  channel: 'ops',
  cause: 'c0ffee0123456789',
  code: 'us',
  'lint.check.code': 'HARD_SLEEP',
  'lint.check.only': 'new',
  'lint.check.order': 'level',
  'secondFactor.enable.code': '123 456',
  'secondFactor.disable.code': '7H3K-9QWZ-7H3K-9QWZ',
  'secondFactor.renewRecoveryCodes.code': '123456',
  count: 3,
  cron: '0 3 * * *',
  dayRule: 'vixie',
  days: 28,
  dryRun: true,
  enabled: true,
  durationMs: 3_600_000,
  endsAt: '2026-01-02T00:00:00Z',
  environment: 'us',
  environments: ['us'],
  expiresInDays: 5,
  failedOnly: true,
  files: [{ name: '.env.us', content: 'A=b' }],
  finished: 'true',
  from: 10,
  'overview.show.from': '2026-01-01T00:00:00Z',
  front: true,
  group: 'g',
  id: 1,
  commitUrl: 'https://github.com/acme/shop/pull/7',
  content: 'project: tests',
  description: 'a description',
  file: 'matre.yml',
  prune: false,
  ids: '1,2',
  dialect: 'xunit',
  replay: 'failed',
  saved: 'nightly',
  keepFilesDays: 30,
  keepRunsDays: 365,
  kind: 'product',
  'channels.add.kind': 'webhook',
  level: 'error',
  limit: 5,
  link: 'https://example.com/1',
  maxFilesBytes: 1_000_000,
  maxResults: 1_000_000,
  mergeBase: true,
  'tests.changed.mergeBase': 'true',
  'tests.changes.mergeBase': 'true',
  missed: 'skip',
  module: 'Acme_Cart',
  moment: 'before',
  name: 'nightly',
  note: 'a note',
  newRun: false,
  on: 'us',
  open: 'true',
  options: { retryFailed: 1, failedFirst: true, maxFailures: 5 },
  overlap: 'skip',
  owner: 'alice',
  only: 'failures',
  password: 'a long enough password',
  personal: true,
  operation: 'users.edit',
  phase: 'testing',
  position: 10,
  priority: 1,
  reason: 'a reason',
  rename: 'other',
  repeatable: true,
  recipient: 'ann@example.com',
  ref: 'feature/cart',
  image: 'shop:2.4',
  modules: [{ name: 'cart', repository: 'https://git.example.com/cart.git', branch: 'main' }],
  requestedBy: 'someone',
  reservation: 1,
  revision: 1,
  role: 'viewer',
  rows: 'all',
  runs: 5,
  search: 'cart',
  schedule: 'nightly',
  of: 'tests',
  selection: {
    all: false,
    tests: ['A'],
    groups: ['g'],
    suites: ['S'],
    patterns: ['A*'],
    severities: ['MAJOR'],
    modules: ['Acme_Cart'],
    exclude: ['B'],
    excludeSkipped: true,
  },
  // The schema of the kind decides, see channels.test.ts.
  secrets: {},
  settings: {},
  run: 1,
  sha: 'c0ffee0123456789c0ffee0123456789c0ffee01',
  shopCredentials: null,
  since: '2026-01-01T00:00:00Z',
  sinceEnvironment: 'us',
  'tests.changed.since': 'main',
  'tests.changes.since': 'main',
  step: 'clickPay',
  slots: 2,
  subject: 'us',
  state: 'queued',
  'messages.list.state': 'waiting',
  'quarantines.list.state': 'ended',
  'reservations.list.state': 'ended',
  submission: 1,
  suite: 'S',
  test: 'T',
  text: 'cart',
  timeLimitSeconds: 60,
  to: '2026-01-02T00:00:00Z',
  until: '2026-01-02T00:00:00Z',
  other: 'us',
  plain: ['A'],
  replace: true,
  secret: ['A'],
  variables: [{ name: 'A', value: 'b', secret: false, description: 'd' }],
  value: 'b',
  verdict: 'passed',
  waitAtMostMs: 60_000,
  alerts: ['disk-full'],
  branches: ['main'],
  channelKind: 'webhook',
  digest: { period: 'weekly', at: '08:00', zone: 'UTC', weekday: 1 },
  offset: 0,
  occasions: ['failed', 'alert', 'digest'],
  outcome: 'failed',
  ownOnly: true,
  quietHours: { from: '22:00', until: '07:00', zone: 'UTC' },
  recipients: ['ann@example.com'],
  requesters: ['ann'],
  'rules.add.saved': ['nightly'],
  'rules.edit.saved': ['nightly'],
  'rules.try.saved': ['nightly'],
  schedules: ['nightly'],
  source: '{{ headline }}',
  who: 'ada',
  zone: 'UTC',
};

/** The fields that may have several lines. */
const multiLine = [
  'variables.set: variables.0.value',
  'variables.rotate: value',
  'hooks.add: action.argv.0',
  'hooks.edit: action.argv.0',
];
/** The fields with the content of a file, in which any character may be in a comment. */
const fileContents = [
  'environments.import: files.0.content',
  'variables.import: content',
  'project.preview: content',
  'project.apply: content',
  'templates.set: source',
  'templates.preview: source',
  'channels.test: source',
];

/** The fields whose texts are no words for other users, so they may have hidden characters: what is compared, secret, executed or a file. */
const unchangedTexts = [
  /: (selection\..*|test|suite|ref|changedSince|image|modules\.0\..*|branches\.0|requesters\.0|adminUsername)$/,
  /: (adminPassword|password|code|(variables\.0\.)?value)$/,
  /: (action\..*|cron|(.*\.)?zone)$/,
  /: (files\.0\..*|file|content|source)$/,
  // Names of what exists: an earlier version may have taken them.
  /: (saved|channel|schedules\.0|saved\.0)$/,
  /^rules\.try: name$/,
];
/** An override of the direction, an invisible letter and an invisible character. */
const hidden = ['\u202e', '\u3164', '\u200b'];

const lineBreaks = ['\n', '\r'];
/** C0, DEL and C1 characters, the line ends of Unicode, and half of a surrogate pair. */
const controls = [...lineBreaks, '\0', '\u001b', '\u007f', '\u0085', '\u009b', '\u2028', '\ud800'];

/** An input in which every field of the operation has a valid value. */
export function validInput(operation: AnyOperation): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(operation.input.shape).map((field) => {
      const value = validValues[`${operation.name}.${field}`] ?? validValues[field];
      if (value === undefined) throw new Error(`validValues has no ${field}, a field of ${operation.name}.`);
      return [field, value];
    }),
  );
}

type Place = 'path' | 'query' | 'body';

/** The place of a field of an operation. */
export function placeOf(operation: AnyOperation, field: string): Place {
  if (pathParameters(operation).includes(field)) return 'path';
  return usesQuery(operation) ? 'query' : 'body';
}

/** What is sent where. The query may have a field several times. */
export interface Parts {
  path: Record<string, unknown>;
  query: [name: string, value: unknown][];
  body: Record<string, unknown> | undefined;
  headers: Record<string, string>;
}

/** The parts of a valid request, without the fields that are `omitted`. */
export function partsOf(operation: AnyOperation, omitted: string[] = []): Parts {
  const parts: Parts = { path: {}, query: [], body: undefined, headers: {} };
  for (const [field, value] of Object.entries(validInput(operation))) {
    const place = placeOf(operation, field);
    if (omitted.includes(field) && place !== 'path') continue;
    if (place === 'path') parts.path[field] = value;
    else if (place === 'query') parts.query.push([field, value]);
    else parts.body = { ...parts.body, [field]: value };
  }
  return parts;
}

export function requestOf(operation: AnyOperation, parts: Parts): SentRequest {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  // A lone surrogate cannot be sent in an address.
  const encode = (value: unknown) => encodeURIComponent(Buffer.from(text(value)).toString());
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) => encode(parts.path[name]));
  const query = parts.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const type = parts.body === undefined ? {} : { 'content-type': 'application/json' };
  return {
    method: operation.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: { ...type, ...parts.headers },
    body: parts.body === undefined ? undefined : JSON.stringify(parts.body),
  };
}

export interface WrongRequest {
  what: string;
  request: SentRequest;
}

/** Requests for an operation in which exactly one thing is wrong: each field in each wrong way. */
export function wrongRequests(operation: AnyOperation): WrongRequest[] {
  const fields = Object.keys(operation.input.shape);
  return [
    ...fields.flatMap((field) => [...wrongValues(operation, field), ...wrongPlaces(operation, field)]),
    ...unknownFields(operation),
  ].map(({ what, parts }) => ({ what, request: requestOf(operation, parts) }));
}

interface Wrong {
  what: string;
  parts: Parts;
}

/** The field in its place with a value that it cannot have. */
function wrongValues(operation: AnyOperation, field: string): Wrong[] {
  const place = placeOf(operation, field);
  const value = validInput(operation)[field];
  return wrongVersions(value, `${operation.name}: ${field}`, place).map(({ what, value: wrong }) => {
    const parts = partsOf(operation);
    if (place === 'path') parts.path[field] = wrong;
    if (place === 'query') parts.query = parts.query.map(([name, v]) => [name, name === field ? wrong : v]);
    if (place === 'body') parts.body = { ...parts.body, [field]: wrong };
    return { what, parts };
  });
}

/** Versions of a value in which one part of it is wrong. */
function wrongVersions(value: unknown, what: string, place: Place): { what: string; value: unknown }[] {
  const wrong = (how: string, value: unknown) => ({ what: `${what} ${how}`, value });
  const otherTypes = (types: unknown[]) =>
    place === 'body' ? types.map((type) => wrong(`as ${JSON.stringify(type)}`, type)) : [];
  if (typeof value === 'string') {
    const characters = controls.filter((each) => {
      if (place !== 'body' && each === '\ud800') return false;
      if (fileContents.includes(what)) return each === '\0' || each === '\ud800';
      return !multiLine.includes(what) || !(lineBreaks.includes(each) || each === '\u2028');
    });
    const hiddenOnes = place === 'body' && !unchangedTexts.some((each) => each.test(what)) ? hidden : [];
    // The router refuses longer parameters of a path, and Node longer addresses.
    const length = { path: 400, query: 10_000, body: 300_000 }[place];
    return [
      ...otherTypes([7, true, {}, [], [value]]),
      wrong('too long', `${value}${marker.repeat(length / marker.length)}`),
      ...characters.flatMap((each) => [
        wrong(`with ${JSON.stringify(each)} in it`, `${value}${each}${marker}`),
        wrong(`with ${JSON.stringify(each)} at its end`, `${value}${each}`),
        wrong(`with ${JSON.stringify(each)} at its start`, `${each}${value}`),
      ]),
      ...hiddenOnes.map((each) =>
        wrong(`with the hidden character ${each.codePointAt(0)} in it`, `${value}${each}${value}`),
      ),
    ];
  }
  if (typeof value === 'number') {
    const texts = [
      marker,
      '-5',
      '1.5',
      '0x10',
      '1e3',
      '9'.repeat(40),
      '1 ',
      ...(place === 'path' ? [] : ['']),
    ];
    return [
      ...otherTypes([true, {}, [], [value], 1.5, 1e300, -1e300]),
      ...texts.map((text) => wrong(`as ${JSON.stringify(text)}`, text)),
    ];
  }
  if (typeof value === 'boolean') return otherTypes([marker, 'true', 1, {}, [], null]);
  if (value === null) return otherTypes([marker, true, 1, {}, []]);
  if (Array.isArray(value)) {
    return [
      ...otherTypes([marker, 7, {}, [null], [[]]]),
      wrong('too long', Array(20_001).fill(value[0])),
      ...wrongVersions(value[0], `${what}.0`, place).map((each) => ({ ...each, value: [each.value] })),
    ];
  }
  const object = value as Record<string, unknown>;
  return [
    ...otherTypes([marker, 7, []]),
    wrong('with an unknown field', { ...object, [marker]: marker }),
    ...Object.entries(object).flatMap(([name, inner]) =>
      wrongVersions(inner, `${what}.${name}`, place).map((each) => ({
        ...each,
        value: { ...object, [name]: each.value },
      })),
    ),
  ];
}

/** The field in another place, alone and besides its own, and twice in the query. */
function wrongPlaces(operation: AnyOperation, field: string): Wrong[] {
  const place = placeOf(operation, field);
  const value = validInput(operation)[field];
  const wrong: Wrong[] = [];
  for (const omitted of [[], [field]]) {
    const how = omitted.length === 0 ? 'also' : 'only';
    const what = (where: string) => `${operation.name}: ${field} ${how} in the ${where}`;
    if (place !== 'query') {
      const parts = partsOf(operation, omitted);
      wrong.push({ what: what('query'), parts: { ...parts, query: [...parts.query, [field, value]] } });
    }
    if (place !== 'body') {
      const parts = partsOf(operation, omitted);
      wrong.push({ what: what('body'), parts: { ...parts, body: { ...parts.body, [field]: value } } });
    }
  }
  if (place === 'query') {
    const parts = partsOf(operation);
    wrong.push({
      what: `${operation.name}: ${field} twice`,
      parts: { ...parts, query: [...parts.query, [field, value]] },
    });
  }
  return wrong;
}

function unknownFields(operation: AnyOperation): Wrong[] {
  const names = [marker, `cron\n2026-11-28 root users.remove ${marker}`, 'toString', '', 'x'.repeat(5_000)];
  return names.flatMap((name) => {
    const [query, body] = [partsOf(operation), partsOf(operation)];
    query.query.push([name, marker]);
    body.body = { ...body.body, [name]: marker };
    const what = `${operation.name}: unknown field ${JSON.stringify(name.slice(0, 60))}`;
    return [
      { what: `${what} in the query`, parts: query },
      { what: `${what} in the body`, parts: body },
    ];
  });
}

import { type Readable, Transform } from 'node:stream';
import { createRedactor } from '../mftf/redaction/redactor.ts';
import { maskCredentials, secretsOf, splitBaseUrl } from '../model/address/base-url.ts';
import { type SecretRule, secretTextsOf } from '../model/env-file/secret-rule.ts';
import type { ImportOrigin } from '../store/tables/import-sources.ts';
import { counterparts, type PhpSettings } from './mapping/env-file.ts';
import type { ModuleValues } from './mapping/environments.ts';
import type { Fields } from './mapping/item.ts';
import type { CurrentItems } from './plan.ts';
import type { PhpRecords } from './records.ts';

/** Where secrets of an import come from: all that php-matre has or had, and what replaced it here. */
export interface SecretSources {
  records: Pick<PhpRecords, 'environments' | 'variables'>;
  settings: PhpSettings;
  moduleValues: ModuleValues;
  /** Others, such as the password of its database. */
  secrets: readonly string[];
  current: CurrentItems;
  origins: readonly ImportOrigin[];
  rule: Pick<SecretRule, 'isSecret'>;
}

/** The origin that stores the hidden texts: no item has its kind. */
const originOfTexts = { kind: 'hidden texts', sourceId: 'all' };
/** A text takes 30 kB of the memory of the redactor (measured), and the import shares it with the history. */
const maxTexts = 10_000;

/**
 * The texts to hide in messages, pages and logs, the newest first. Those that an earlier import stored are among them: a secret that was
 * rotated since then is in runs that were executed before.
 */
export function hiddenTextsOf(sources: SecretSources): string[] {
  const { records, settings, moduleValues, secrets, current, origins, rule } = sources;
  const ofValue = (name: string, value: string, isSecret = rule.isSecret(name, value)) =>
    isSecret ? secretTextsOf(value) : credentialsIn(value);
  const texts = [
    ...secrets.flatMap(secretTextsOf),
    ...[...settings].flatMap(([name, value]) =>
      ofValue(name, value, counterparts[name]?.secret || rule.isSecret(name, value)),
    ),
    ...records.environments.flatMap(({ adminPassword = '', baseUrl }) => [
      ...secretTextsOf(adminPassword),
      ...credentialsIn(baseUrl),
    ]),
    ...records.variables.flatMap(({ name, value }) => ofValue(name, value)),
    ...[...moduleValues.values()].flatMap((values) =>
      [...values].flatMap(([name, value]) => ofValue(name, value)),
    ),
    ...Object.entries(current).flatMap(([kind, items]) =>
      [...items.values()].flatMap((fields) => textsOfFields(kind, fields)),
    ),
    ...origins.flatMap(({ kind, state }) => textsOfFields(kind, state)),
    ...storedTexts(origins),
  ];
  return [...new Set(texts)].slice(0, maxTexts);
}

/** What the next import must know of these texts. */
export function originOf(texts: readonly string[]): ImportOrigin {
  return { ...originOfTexts, target: '', state: { texts: JSON.stringify(texts) } };
}

function storedTexts(origins: readonly ImportOrigin[]): string[] {
  const stored = origins.find(({ kind }) => kind === originOfTexts.kind)?.state['texts'];
  return stored === undefined ? [] : JSON.parse(stored);
}

function textsOfFields(kind: string, fields: Fields): string[] {
  if (kind === 'environment') {
    const { adminPassword = '', baseUrl = '' } = fields;
    return [...secretTextsOf(adminPassword), ...credentialsIn(baseUrl)];
  }
  if (kind === 'variable') {
    const { value = '', secret } = fields;
    return secret === undefined ? credentialsIn(value) : secretTextsOf(value);
  }
  if (kind !== 'channel') return [];
  const secrets: Record<string, unknown> = JSON.parse(fields['secrets'] ?? '{}');
  return Object.values(secrets).flatMap((value) => (typeof value === 'string' ? secretTextsOf(value) : []));
}

function credentialsIn(address: string): string[] {
  const { credentials } = splitBaseUrl(address.trim());
  return credentials === undefined ? [] : secretsOf(credentials);
}

/** Hides what an imported run must not show. */
export interface HistoryRedactor {
  text(text: string): Promise<string>;
  /** The stream without secrets. It fails when the source fails. */
  stream(source: Readable): Readable;
}

/** Hides these texts, and the user and password of every http address: it may have those of a time before the first import. */
export async function createHistoryRedactor(texts: readonly string[]): Promise<HistoryRedactor> {
  const redactor = await createRedactor(texts);
  return {
    text: async (text) => maskCredentials(await redactor.textInTurns(text)),
    stream: (source) => pipeTo(pipeTo(source, redactor.stream()), maskStream()),
  };
}

/** `pipe` alone would leave the errors of the source to no one, which ends the process. */
function pipeTo(source: Readable, target: Transform): Readable {
  source.on('error', (error) => target.destroy(error));
  return source.pipe(target);
}

/** The end of a text that more text may make an address with credentials. */
const openAddress = /(?:https?:\/\/[^\s/?#\\]*|https?:?\/?|h|ht|htt)$/i;
/** Longer credentials are none. */
const maxOpenLength = 4_096;

/**
 * `maskCredentials` of a stream. Its bytes are read as Latin-1, which has a character for each byte. A0 is a blank there, and a part of
 * letters such as à in UTF-8, so it becomes a letter with the same low byte, which is all that is written.
 */
function maskStream(): Transform {
  let open = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = open + chunk.toString('latin1').replaceAll('\u00a0', '\u01a0');
      const start = Math.max(0, text.length - maxOpenLength);
      const at = text.slice(start).search(openAddress);
      const end = at < 0 ? text.length : start + at;
      open = text.slice(end);
      done(null, Buffer.from(maskCredentials(text.slice(0, end)), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(maskCredentials(open), 'latin1'));
    },
  });
}

import type { Replay, ReplayEntry } from '../model/replay.ts';
import { maxReadLength } from './page-texts.ts';
import { createPictureReel, type Picture } from './picture-reel.ts';
import { maxPictureBytes, type SessionRecording } from './record-session.ts';

/** Characters of a text that are kept. */
const maxTextLength = 1_000;

export interface ReplayRequest {
  /** When the test began and ended, in milliseconds since 1970. */
  startedAt: number;
  endedAt: number;
  /** Hides the secrets in a text; `isCut`: it is the beginning of a longer one, which may end within a secret. */
  redact(text: string, isCut: boolean): Promise<string>;
}

/** What was recorded while a test ran; `undefined` when that is nothing. */
export async function createReplay(
  recordings: readonly SessionRecording[],
  { startedAt, endedAt, redact }: ReplayRequest,
): Promise<Replay | undefined> {
  const isWithin = ({ at }: { at: number }) => at >= startedAt && at <= endedAt;
  const parts = recordings
    .map(({ reel, entries, leftOut, missing }) => ({
      pictures: reel.pictures().filter(isWithin),
      entries: entries.filter(isWithin),
      leftOut: { pictures: reel.leftOut(), entries: leftOut },
      missing,
    }))
    .filter(({ pictures, entries }) => pictures.length > 0 || entries.length > 0);
  if (parts.length === 0) return undefined;
  // The sessions of a test have together no more than one may have.
  const reel = createPictureReel(maxPictureBytes);
  for (const picture of parts.flatMap(({ pictures }) => pictures).sort(byTime)) reel.add(picture);
  const sum = (kind: 'pictures' | 'entries') =>
    parts.reduce((total, { leftOut }) => total + leftOut[kind], kind === 'pictures' ? reel.leftOut() : 0);
  const entries: ReplayEntry[] = [];
  for (const entry of parts.flatMap((part) => part.entries).sort(byTime)) {
    entries.push(await redactEntry(entry, redact));
  }
  const missing = parts.map((part) => part.missing).find((text) => text !== undefined);
  return {
    startedAt,
    endedAt,
    pictures: reel.pictures(),
    entries,
    leftOut: { pictures: sum('pictures'), entries: sum('entries') },
    ...(missing !== undefined && { missing }),
  };
}

const byTime = (one: Pick<Picture, 'at'>, other: Pick<Picture, 'at'>) => one.at - other.at;

/** An entry without secrets, whose texts are cut after that: half a secret would not be recognised. */
async function redactEntry(entry: ReplayEntry, redact: ReplayRequest['redact']): Promise<ReplayEntry> {
  const hide = async (text: string) =>
    (await redact(text, text.length >= maxReadLength)).slice(0, maxTextLength);
  if (entry.kind === 'page') return { ...entry, url: await hide(entry.url) };
  if (entry.kind === 'request') return { ...entry, url: await hide(entry.url) };
  return { ...entry, text: await hide(entry.text) };
}

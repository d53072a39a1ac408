import { join, posix } from 'node:path';
import { readStart } from '../files/read-start.ts';
import type { Redactor } from '../mftf/redaction/redactor.ts';
import type { OutcomeAttachment } from '../mftf/results/outcome.ts';
import { maxAttachmentNameLength, maxAttachments } from '../model/limits.ts';
import type { Attachment } from '../model/result.ts';
import { shorten } from '../model/visible-text.ts';
import type { ReportedResult } from './report-lines.ts';

/** The attachments of a result that are in the folder, without secrets in their names. */
export async function attachmentsOf(
  folder: string,
  result: ReportedResult,
  redactor: Pick<Redactor, 'text'>,
): Promise<OutcomeAttachment[]> {
  const attachments: OutcomeAttachment[] = [];
  for (const { name, type, file } of result.attachments.slice(0, maxAttachments)) {
    const path = posix.normalize(file);
    if (path.startsWith('..') || posix.isAbsolute(path)) continue;
    const packing = await packingOf(join(folder, path));
    if (packing === 'missing' || packing === 'other') continue;
    attachments.push({
      name: shorten(redactor.text(name), maxAttachmentNameLength),
      kind: kindOf(name, type),
      file: path,
    });
  }
  return attachments;
}

function kindOf(name: string, type: string | undefined): Attachment['kind'] {
  if (name === 'trace' && type === 'application/zip') return 'trace';
  return type === 'image/png' || type === 'image/jpeg' ? 'screenshot' : 'other';
}

const zip = Buffer.from('PK\x03\x04', 'latin1');
/** gzip, xz, bzip2, 7z and Zstandard. */
const otherArchives = ['\x1f\x8b', '\xfd7zXZ', 'BZh', '7z\xbc\xaf', '\x28\xb5\x2f\xfd'].map((text) =>
  Buffer.from(text, 'latin1'),
);

/**
 * How a file is packed, by its first bytes, whatever it is called: an archive has secrets that the redaction of texts cannot see, and
 * only those of a zip can be hidden.
 */
export async function packingOf(path: string): Promise<'zip' | 'other' | 'plain' | 'missing'> {
  // A test may name what is no file, or no path, and any test shares the process of the reporter.
  const start = await readStart(path, 8);
  if (start === undefined) return 'missing';
  const startsWith = (signature: Buffer) => start.subarray(0, signature.length).equals(signature);
  if (startsWith(zip)) return 'zip';
  return otherArchives.some(startsWith) ? 'other' : 'plain';
}

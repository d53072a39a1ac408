export interface RemedyPart {
  text: string;
  /** Whether it is a command or a setting, which has a copy button. */
  isCopyable: boolean;
}

const commands = [
  String.raw`matre (?:up|worker|scheduler|doctor|env|schedule|pool|locks|config|run|channel|rule|saved|hook|variable|cests|messages|retention|list|show)\b`,
  String.raw`docker (?:rename|rm|system|logs|images|ps)\b`,
  'bin/magento ',
  '(?:curl|df|ps|kill) -',
];
// A command ends where the sentence continues; quoted text always belongs to it.
const command = String.raw`(?<![\w/.-])(?:${commands.join('|')})(?:"(?:[^"\\]|\\.)*"|[^"(),;\u0060])*?(?=$|[),;]|\s\(|\.$|\.\s|\s(?:or|if|and|then|shows)\s)`;
const setting = String.raw`\b[A-Z]+(?:_[A-Z]+)+\b(?:=[^\s),;]*[^\s),;.])?`;
const statement = '^CREATE .*;$';
const copyable = new RegExp(`\`([^\`]+)\`|(${statement}|${command}|${setting})`, 'g');

/** Splits a remedy into its text and its commands, in order. */
export function remedyParts(remedy: string): RemedyPart[] {
  const parts: RemedyPart[] = [];
  let end = 0;
  for (const match of remedy.matchAll(copyable)) {
    if (match.index > end) parts.push({ text: remedy.slice(end, match.index), isCopyable: false });
    parts.push({ text: match[1] ?? match[2] ?? match[0], isCopyable: true });
    end = match.index + match[0].length;
  }
  if (end < remedy.length) parts.push({ text: remedy.slice(end), isCopyable: false });
  return parts;
}

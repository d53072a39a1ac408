import { SaxesParser } from 'saxes';

/** The code and the message of an error of S3; both are empty when the answer is of something else, such as a proxy. */
export function parseError(text: string): { code: string; message: string } {
  const [code = ''] = textsOf(text, 'Code');
  const [message = ''] = textsOf(text, 'Message');
  return { code: code.slice(0, 100), message: message.slice(0, 300) };
}

/** A page of the keys of a bucket; `next` asks for the page after it. */
export function parseList(text: string): { keys: string[]; next: string | undefined } {
  return { keys: textsOf(text, 'Key'), next: textsOf(text, 'NextContinuationToken')[0] };
}

/** The texts of all elements with a name; none of a text that is no XML. */
function textsOf(xml: string, name: string): string[] {
  const texts: string[] = [];
  const parser = new SaxesParser();
  let current: string | undefined;
  parser.on('opentag', (tag) => {
    current = tag.name === name ? '' : undefined;
  });
  parser.on('text', (text) => {
    if (current !== undefined) current += text;
  });
  parser.on('closetag', (tag) => {
    if (tag.name === name && current !== undefined) texts.push(current);
    current = undefined;
  });
  try {
    parser.write(xml).close();
  } catch {
    return [];
  }
  return texts;
}

import type { XmlElement } from '../resolver/model.ts';

/** An element on one line: its attributes, the elements inside of it, and its text. */
export function elementText({
  attributes,
  children,
  text,
}: Pick<XmlElement, 'attributes' | 'children' | 'text'>): string {
  const own = Object.entries(attributes)
    .filter(([name]) => name !== 'before' && name !== 'after')
    .map(([name, value]) => `${name}="${value}"`);
  const inner = children.map((child) => `<${child.tag}${withBlankBefore(elementText(child))}>`);
  return [...own, ...inner, ...(text.trim() === '' ? [] : [text.trim()])].join(' ');
}

function withBlankBefore(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

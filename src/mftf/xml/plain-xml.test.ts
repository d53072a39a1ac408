import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeXml } from './encoding.ts';
import { parseStrictly, parseXml, type XmlHandler } from './parse.ts';
import { plainXmlEvents } from './plain-xml.ts';

/** What a parser says of a file, in its order, and its problem. */
function eventsOf(parse: (handler: XmlHandler) => unknown) {
  const events: unknown[] = [];
  const problem = parse({
    open: (at, attributes, line, startLine) => events.push(['open', at, { ...attributes }, line, startLine]),
    close: (at) => events.push(['close', at]),
    text: (at, text) => events.push(['text', at, text]),
    comment: (at, text, line) => events.push(['comment', at, text, line]),
  });
  return { events, problem };
}

function expectSame(source: string): void {
  const bytes = Buffer.from(source);
  const decoded = decodeXml(bytes);
  // A wrong encoding is no matter of the parser.
  if (!('text' in decoded)) return;
  const own = eventsOf((handler) => parseXml(bytes, 'tests', handler));
  expect(own).toEqual(eventsOf((handler) => parseStrictly(decoded.text, 'tests', handler)));
}

const file = `<?xml version="1.0" encoding="UTF-8"?>
<!-- A licence
 in two lines -->
<tests xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="a.xsd">
    <test name="T"
          extends='P "quoted"'>
        <!-- a step --><click selector="a &gt; b	&amp;&quot;c&quot;
          d" stepKey="s"/>
        <text>1 &lt; 2 > 0</text><data><![CDATA[<b>]] & ]]></data >
    </test>
</tests>
`;

describe('plain XML', () => {
  it('has the events of the strict parser', () => {
    expect(plainXmlEvents(file, 'tests')).toHaveLength(14);
    expectSame(file);
  });

  it.each([
    ...[
      '',
      ' ',
      '<tests/>',
      '<tests/><tests/>',
      '<test/>',
      '<tests>',
      '</tests>',
      '<tests></test>',
      'a<tests/>',
    ],
    ...[
      '<tests/>a',
      '<tests a="1" a="2"/>',
      '<tests a="1"b="2"/>',
      '<tests a=1/>',
      '<tests a/>',
      '<tests a="<"/>',
    ],
    ...[
      '<tests>&#65;</tests>',
      '<tests>&b;</tests>',
      '<tests>&</tests>',
      '<tests a="&"/>',
      '<tests>]]></tests>',
    ],
    ...[
      '<tests><!-- -- --></tests>',
      '<tests><!--> --></tests>',
      '<tests><?a b?></tests>',
      '<![CDATA[a]]><tests/>',
    ],
    ...['<tests>\r\n<a\r\nb="\r\n"/></tests>', '<tests>\0</tests>', '<tests>\uffff</tests>', '<tests \n/>'],
    ...['<tests><é/></tests>', '<tests><a.b-c/></tests>', '<?xml version="1.1"?><tests>\u0085</tests>'],
    ...[
      '<?xml version="1.0"?>\n<!DOCTYPE tests [<!ENTITY a "b">]><tests a="&a;"/>',
      ' <?xml version="1.0"?><tests/>',
      '<?xml version="1.0" encoding="8"?><tests/>',
    ],
    ...[`${'<tests>'.repeat(65)}${'</tests>'.repeat(65)}`, '<tests __proto__="a" constructor="b"/>'],
  ])('leaves what is wrong or rare to the strict parser: %j', (text) => expectSame(text));

  it('is what the strict parser says, for any change of a file', () => {
    const piece = fc.constantFrom(
      ...[
        '<',
        '>',
        '/',
        '"',
        "'",
        '&',
        '&amp;',
        '=',
        ' ',
        '\n',
        '\t',
        '\r',
        'a',
        'x="1"',
        '<a>',
        '</a>',
        '<a/>',
      ],
      ...[
        '<!--',
        '-->',
        '--',
        '<![CDATA[',
        ']]>',
        '<?',
        '?>',
        '</tests>',
        '<tests>',
        '\ufeff',
        'é',
        ':',
        '0',
      ],
    );
    const change = fc.record({
      at: fc.nat(file.length),
      length: fc.nat(12),
      text: fc.array(piece, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let text = file;
        for (const { at, length, text: added } of changes) {
          text = text.slice(0, at) + added.join('') + text.slice(at + length);
        }
        expectSame(text);
      }),
      { numRuns: 1_000 },
    );
  });
});

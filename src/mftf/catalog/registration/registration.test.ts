import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRegistrations, registrationsOf } from './registration.ts';

const folder = 'app/code/Acme/ShopModule';
const registrar = 'Magento\\Framework\\Component\\ComponentRegistrar';
const use = `use ${registrar};`;
const read = (code: string) => readRegistrations(Buffer.from(code), folder);

describe('a registration.php', () => {
  it.each([
    [
      'as Magento writes it',
      `<?php\n${use}\n\nComponentRegistrar::register(ComponentRegistrar::MODULE, 'Acme_Shop', __DIR__);\n`,
    ],
    ['with an alias', `<?php use ${registrar} as R; R::register(R::MODULE, 'Acme_Shop', __DIR__);`],
    [
      'with a text for the type',
      `<?php ${use} ComponentRegistrar::register('module', "Acme_Shop", __DIR__);`,
    ],
    [
      'after a comment with another call',
      `<?php ${use} // ComponentRegistrar::register('module', 'Acme_Old', __DIR__);\nComponentRegistrar::register('module', 'Acme_Shop', __DIR__);`,
    ],
    [
      'with variables',
      `<?php ${use} $n = 'Acme_'; $n .= 'Shop'; ComponentRegistrar::register('module', $n, __DIR__);`,
    ],
    [
      'with blanks and comments',
      `<?php ${use} ComponentRegistrar /* a */ :: # b\n register ( 'module' , 'Acme_Shop' , __DIR__ , ) ;`,
    ],
    ['in lower case', `<?PHP ${use} componentregistrar::REGISTER('module', 'Acme_Shop', __dir__);`],
    ['with its full name', `<?php \\${registrar}::register('module', 'Acme_Shop', __DIR__);`],
    [
      'in the namespace of the registrar',
      `<?php namespace Magento\\Framework\\Component; ComponentRegistrar::register('module', 'Acme_Shop', __DIR__);`,
    ],
    ['with dirname', `<?php ${use} ComponentRegistrar::register('module', 'Acme_Shop', dirname(__FILE__));`],
    [
      'with named arguments',
      `<?php ${use} ComponentRegistrar::register(path: __DIR__, componentName: 'Acme_Shop', type: 'module');`,
    ],
    [
      'with a group of imports',
      `<?php use Magento\\Framework\\{Component\\ComponentRegistrar as C, X}; C::register(C::MODULE, 'Acme_Shop', __DIR__); ?>\n`,
    ],
  ])('is read %s', (_, code) => {
    expect(read(code)).toEqual([{ folder, name: 'Acme_Shop' }]);
  });

  it('may register another folder', () => {
    const of = (path: string) =>
      read(`<?php ${use} ComponentRegistrar::register('module', 'Acme_Shop', ${path});`);
    expect(of(`__DIR__ . '/src'`)).toEqual([{ folder: `${folder}/src`, name: 'Acme_Shop' }]);
    expect(of(`__DIR__ . DIRECTORY_SEPARATOR . '../Other/'`)).toEqual([
      { folder: 'app/code/Acme/Other', name: 'Acme_Shop' },
    ]);
  });

  it.each([
    ['a condition', `if (true) { ComponentRegistrar::register('module', 'A_B', __DIR__); }`],
    ['a call', `ComponentRegistrar::register('module', strrev('B_A'), __DIR__);`],
    ['an unknown variable', `ComponentRegistrar::register('module', $name, __DIR__);`],
    ['an unknown type', `ComponentRegistrar::register('modul', 'A_B', __DIR__);`],
    [
      'a name twice',
      `ComponentRegistrar::register('module', 'A_B', __DIR__); ComponentRegistrar::register('module', 'A_B', '/x');`,
    ],
    ['a path outside', `ComponentRegistrar::register('module', 'A_B', '/tmp');`],
    ['an end without a semicolon', `ComponentRegistrar::register('module', 'A_B', __DIR__)`],
    [
      'an import of functions',
      `use function Acme\\dirname; ComponentRegistrar::register('module', 'A_B', dirname(__FILE__));`,
    ],
    ['a heredoc', `ComponentRegistrar::register('module', <<<X\nA_B\nX, __DIR__);`],
  ])('is left to PHP with %s', (_, code) => {
    expect(read(`<?php ${use} ${code}`)).toBeUndefined();
  });

  it('is left to PHP when it is nested deeply, long, or not PHP', () => {
    const call = (name: string) => `<?php ${use} ComponentRegistrar::register('module', ${name}, __DIR__);`;
    expect(read(call(`${'('.repeat(20_000)}'A'${')'.repeat(20_000)}`))).toBeUndefined();
    expect(read(call(Array.from({ length: 5_000 }, () => "'a'").join('.')))).toBeUndefined();
    expect(read(call(`'${'a'.repeat(70_000)}'`))).toBeUndefined();
    expect(read(`<?php ${'$a = 1; '.repeat(1_000)}`)).toBeUndefined();
    expect(read('<?php ]]')).toBeUndefined();
  });

  it('registers nothing when it is longer than any program of this kind', () => {
    expect(read(`<?php ${use} //${'a'.repeat(1024 ** 2)}`)).toEqual([]);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      ...[
        '<?php ',
        use,
        'ComponentRegistrar',
        '::',
        'register',
        '(',
        ')',
        "'module'",
        "'A_B'",
        '__DIR__',
        ',',
        ';',
      ],
      ...[
        '$a',
        '=',
        '.',
        '"',
        "'",
        '<<<X\n',
        '/*',
        '*/',
        '#',
        '\n',
        '?>',
        '{',
        '}',
        'namespace A;',
        'return',
        '\\',
        '\0',
        'é',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const result = read(pieces.join(''));
        expect(result === undefined || Array.isArray(result)).toBe(true);
      }),
    );
  });
});

describe('several registrations', () => {
  it('keep the first name of a folder, also one that is a number, and the path of the later type', () => {
    const call = (type: string, name: string, path: string) => ({ type, name, path: `/root/${path}` });
    const calls = [
      call('theme', 'A', 'x'),
      call('module', 'B', 'y'),
      call('module', 'C', 'y'),
      call('module', 'A', 'z'),
    ];
    expect(registrationsOf(calls, '/root')).toEqual([
      { folder: 'y', name: 'B' },
      { folder: 'x', name: 'A' },
    ]);
    expect(
      registrationsOf(
        [call('module', '123', 'x'), call('module', 'B', 'x'), call('module', '0123', 'y')],
        '/root',
      ),
    ).toEqual([
      { folder: 'x', name: '' },
      { folder: 'y', name: '0123' },
    ]);
    expect(
      registrationsOf([call('setup', 'A', 'x'), { type: 'module', name: 'B', path: '/other' }], '/root'),
    ).toEqual([]);
  });
});

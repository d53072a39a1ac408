import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathInside, safeName } from './safe-name.ts';

describe('safeName', () => {
  it.each(['AdminLoginTest', 'Magento.AcceptanceTest._default.Backend.XCest.X.fail.png', 'Größe 2.txt'])(
    'leaves %s unchanged',
    (name) => {
      expect(safeName(name)).toBe(name);
    },
  );

  it.each([
    ['../../etc/passwd', /^etc-passwd-[0-9a-f]{8}$/],
    ['.htaccess', /^htaccess-[0-9a-f]{8}$/],
    ['API Response: 1/2.json', /^API Response- 1-2-[0-9a-f]{8}\.json$/],
    ['x\n\0y', /^x-y-[0-9a-f]{8}$/],
    ['', /^[0-9a-f]{8}$/],
    ['..', /^[0-9a-f]{8}$/],
    [`${'é'.repeat(300)}.png`, /^é{50}-[0-9a-f]{8}\.png$/],
  ])('makes %j safe', (name, safe) => {
    expect(safeName(name)).toMatch(safe);
  });

  it('maps different strings to different names, all short and inside their folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const safe = safeName(a);
        expect(pathInside('/runs/1', safe)).toBe(`/runs/1/${safe}`);
        expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(130);
        if (a !== b) expect(safeName(b)).not.toBe(safe);
      }),
    );
  });
});

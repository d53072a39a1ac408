import { describe, expect, it } from 'vitest';
import { design, explore, onTwoHosts, type Variant } from './model.ts';

describe('the model of claim, lease, fence, lock and container', () => {
  it('invariants 1, 2, 3 and 5: hold in every order of steps of the real design', () => {
    const { findings, states } = explore(design, 2);
    expect(findings).toEqual([]);
    expect(states).toBeGreaterThan(10_000);
  });

  it('invariants 1, 2, 3 and 5: hold on two hosts that cannot reach each other', () => {
    const { findings, states } = explore(onTwoHosts, 2);
    expect(findings).toEqual([]);
    expect(states).toBeGreaterThan(10_000);
  });

  /** The numbers of stops, kills and lapses of the lock store: the minimum that shows the violation. */
  it.each<[string, Partial<Variant>, number, string]>([
    ['a claim in one statement', { claim: 'one statement' }, 0, 'invariant 1'],
    ['fences from the lock store', { fenceFrom: 'lock store' }, 2, 'invariant 5'],
    ['no fence on finish', { finish: 'unfenced' }, 1, 'invariant 5'],
    ['a container that is not cleared', { container: 'unchanged' }, 1, 'invariant 1'],
    ['no fence in the container', { start: 'unfenced' }, 1, 'invariant 1'],
    ['two hosts without a deadline for tests', { hosts: 2 }, 1, 'invariant 1'],
  ])('finds the violation of %s', (_, change, outages, invariant) => {
    const { findings } = explore({ ...design, ...change }, outages);
    expect(findings.map(({ message }) => message.slice(0, invariant.length))).toContain(invariant);
  });
});

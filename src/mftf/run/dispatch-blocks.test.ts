import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason } from '../../model/run.ts';
import type { Block } from './blocks.ts';
import { type DispatchRequest, dispatchBlocks } from './dispatch-blocks.ts';

const block = (name: string): Block => ({ suite: undefined, tests: [{ name, suite: undefined }] });
const nameIn = ({ tests }: Block) => tests[0]?.name ?? '';
const blocks = (...names: string[]) => names.map(block);
const reason: Reason = { code: 'CONTAINER_VANISHED', message: 'gone' };

/** Blocks that take as long as the test says, on a clock that jumps from end to end. */
function harness(lengths: Record<string, number>) {
  const under: { name: string; until: number; end: () => void }[] = [];
  const startedBlocks: string[] = [];
  let most = 0;
  let now = 0;
  return {
    begun: startedBlocks,
    most: () => most,
    now: () => now,
    execute(_slot: unknown, each: Block): Promise<undefined> {
      const name = nameIn(each);
      startedBlocks.push(name);
      return new Promise((resolve) => {
        under.push({ name, until: now + (lengths[name] ?? 1), end: () => resolve(undefined) });
        most = Math.max(most, under.length);
      });
    },
    /** Lets everything end, one after the other. */
    async play(): Promise<void> {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = under.sort((a, b) => a.until - b.until);
        if (!next) return;
        under.shift();
        now = next.until;
        next.end();
      }
    },
  };
}

function share(more: Partial<DispatchRequest<number>> & Pick<DispatchRequest<number>, 'blocks' | 'execute'>) {
  return dispatchBlocks<number>({
    slots: [1],
    expectedMs: () => 1,
    exclusive: () => false,
    stop: new AbortController().signal,
    ...more,
  });
}

describe('the blocks of a run', () => {
  it('are executed in the order of the plan when there is one slot', async () => {
    const played = harness({});
    const shared = share({
      blocks: blocks('A', 'B', 'C'),
      execute: played.execute,
      expectedMs: (each) => (nameIn(each) === 'C' ? 9 : 1),
      exclusive: (each) => nameIn(each) === 'A',
    });
    await played.play();
    expect(await shared).toBe('done');
    expect(played.begun).toEqual(['A', 'B', 'C']);
  });

  it('begin with those that are first, also among the exclusive ones', async () => {
    const played = harness({});
    const request = { execute: played.execute, first: (each: Block) => 'CE'.includes(nameIn(each)) };
    const alone = share({ ...request, blocks: blocks('A', 'B', 'C') });
    await played.play();
    expect(await alone).toBe('done');
    expect(played.begun.splice(0)).toEqual(['C', 'A', 'B']);
    const shared = share({
      ...request,
      slots: [1, 2],
      blocks: blocks('A', 'B', 'C', 'D', 'E'),
      expectedMs: (each) => (nameIn(each) === 'B' ? 9 : 1),
      exclusive: (each) => 'DE'.includes(nameIn(each)),
    });
    await played.play();
    expect(await shared).toBe('done');
    expect(played.begun).toEqual(['C', 'B', 'A', 'E', 'D']);
  });

  it('are taken by the next free slot, the longest first', async () => {
    const lengths = { A: 1, B: 2, C: 6, D: 3 };
    const played = harness(lengths);
    const shared = share({
      slots: [1, 2],
      blocks: blocks('A', 'B', 'C', 'D'),
      execute: played.execute,
      expectedMs: (each) => lengths[nameIn(each) as keyof typeof lengths],
    });
    await played.play();
    expect(await shared).toBe('done');
    expect(played.begun).toEqual(['C', 'D', 'B', 'A']);
    expect(played.now()).toBe(6);
  });

  it('that are exclusive come last, one by one, when no other runs', async () => {
    const under = new Set<string>();
    const beside: Record<string, string[]> = {};
    const shared = await share({
      slots: [1, 2, 3],
      blocks: blocks('Alone1', 'A', 'B', 'Alone2', 'C'),
      exclusive: (each) => nameIn(each).startsWith('Alone'),
      async execute(slot, each) {
        beside[nameIn(each)] = [...under];
        under.add(nameIn(each));
        await new Promise((resolve) => setImmediate(resolve));
        under.delete(nameIn(each));
        if (nameIn(each).startsWith('Alone')) expect(slot).toBe(1);
        return undefined;
      },
    });
    expect(shared).toBe('done');
    expect(Object.keys(beside).slice(-2)).toEqual(['Alone1', 'Alone2']);
    expect([beside['Alone1'], beside['Alone2']]).toEqual([[], []]);
  });

  it('do not begin after one has ended the run, and running ones finish first', async () => {
    const outcome: string[] = [];
    let release = () => {};
    const other = new Promise<void>((resolve) => {
      release = resolve;
    });
    const shared = await share({
      slots: [1, 2],
      blocks: blocks('A', 'B', 'C'),
      async execute(_slot, each) {
        if (nameIn(each) === 'B') await other;
        else setImmediate(release);
        outcome.push(nameIn(each));
        return nameIn(each) === 'A' ? reason : undefined;
      },
    });
    expect(shared).toEqual({ reason });
    expect(outcome).toEqual(['A', 'B']);
  });

  it('reject with the first error, when no other runs', async () => {
    const outcome: string[] = [];
    const shared = share({
      slots: [1, 2],
      blocks: blocks('A', 'B', 'C'),
      async execute(_slot, each) {
        if (nameIn(each) === 'A') throw new Error('lost');
        await new Promise((resolve) => setImmediate(resolve));
        outcome.push(nameIn(each));
        return undefined;
      },
    });
    await expect(shared).rejects.toThrow('lost');
    expect(outcome).toEqual(['B']);
  });

  it('stop between two blocks, and report it only when some are left', async () => {
    const stop = new AbortController();
    const execute = async (_slot: number, each: Block) => {
      if (nameIn(each) === 'B') stop.abort();
      return undefined;
    };
    expect(await share({ blocks: blocks('A', 'B', 'C'), execute, stop: stop.signal })).toBe('stopped');
    const nextSlot = new AbortController();
    const last = async () => {
      nextSlot.abort();
      return undefined;
    };
    expect(await share({ blocks: blocks('A'), execute: last, stop: nextSlot.signal })).toBe('done');
  });

  it('are each executed once, at most one per slot at a time, without idle slots', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 2, max: 4 }),
      async (times, count) => {
        const names = times.map((_, index) => `T${index}`);
        const lengths = Object.fromEntries(names.map((name, index) => [name, times[index] ?? 1]));
        const played = harness(lengths);
        const shared = share({
          slots: Array.from({ length: count }, (_, index) => index) as [number, ...number[]],
          blocks: blocks(...names),
          execute: played.execute,
          expectedMs: (each) => lengths[nameIn(each)] ?? 1,
        });
        await played.play();
        expect(await shared).toBe('done');
        expect([...played.begun].sort()).toEqual([...names].sort());
        expect(played.most()).toBeLessThanOrEqual(count);
        // Graham's bound: no slot is idle while a block waits.
        const total = times.reduce((sum, time) => sum + time, 0);
        expect(played.now()).toBeLessThanOrEqual(total / count + Math.max(...times) * (1 - 1 / count));
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});

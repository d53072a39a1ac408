import type { ShopModules } from './shop-modules.ts';

/** A sentence that says whose tests MFTF reads: `342 are enabled in the shop, asked 3 minutes ago.` */
export function describeModules(modules: ShopModules): string {
  if (modules.kind === 'all') return 'the tests of all modules are read, as the environment says.';
  if (modules.kind === 'assumed') {
    return `The enabled modules of the shop are unknown: ${modules.failure}. The tests of all modules are read.`;
  }
  const { names, ageMs, failure } = modules;
  const count = `${names.length} ${names.length === 1 ? 'is' : 'are'} enabled in the shop`;
  if (failure === undefined) return `${count}, asked ${describeAge(ageMs)}.`;
  return `The enabled modules of the shop may have changed: ${failure}. The last list is used: ${count}, asked ${describeAge(ageMs)}.`;
}

function describeAge(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return minutes === 1 ? '1 minute ago' : `${minutes} minutes ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.round(hours / 24)} days ago`;
}

// Fails when a name that is declared in the code belongs to the old vocabulary: see "Names" in CONTRIBUTING.md and docs/glossary.md.
//
//   node scripts/check-words.mjs             checks src, web/src, test, bench and scripts
//   node scripts/check-words.mjs --list      also prints each exception with its number of uses and its reason
import { relative } from 'node:path';
import { Visitor } from 'oxc-parser';
import { filesIn, parse, root } from './source-files.mjs';

/** Whole names, by what to say instead. Types and functions in any case of their first letter. */
const names = {
  isPassing: 'isTransient',
  passingCodes: 'transientCodes',
  giveBack: 'release, unclaim',
  handBack: 'requeue',
  tryAgain: 'retry',
  again: 'retry, RetryPolicy',
  given: 'input, claimed; ClaimResult',
  together: 'batch',
  bell: 'wakeSignal',
  ring: 'notify',
  heard: 'version',
  remembered: 'cachedWithTimeout',
  glance: 'statusCache',
  createShared: 'createRequestCoalescer',
  creations: 'idempotencyKeys',
  perform: 'authorizeAndRun',
  asked: 'request, requestContext',
  asker: 'principal',
  whoOf: 'principalOf',
  welcome: 'firstAdminInvite',
  waitingResults: 'resultSpool',
  writeLate: 'flushSpool',
  recordLate: 'recordSpooled',
  persistentRecorder: 'spoolingRecorder',
  conclude: 'finishAttempt',
  ending: 'end, attemptEnd',
  ahead: 'prewarming, runsAhead',
  makeReady: 'prewarm',
  presence: 'heartbeat',
  beat: 'heartbeat',
  probed: 'probeResponder',
  leaveAlone: 'backOff',
  leftAlone: 'backedOff',
  persist: 'retryUntilStopped',
  seats: 'sessionCapacity',
  because: 'reason',
  stillMine: 'confirmOwnership',
  keeper: 'backend, guard',
  hold: 'lease',
  countLocks: 'instrumentLocks',
  whileHeld: 'fencedEngine',
  permit: 'deadline, keep',
  shareBlocks: 'dispatchBlocks',
  lookAtSlots: 'inspectSlots',
  lookClosely: 'inspect',
  lookInside: 'inspectInside',
  findAilment: 'diagnose',
  takeTurn: 'acquireGenerationLock',
  complaints: 'mftfErrors',
  provideGenerated: 'ensureGenerated',
  made: 'created, NewSnapshot',
  obtained: 'SnapshotLookup',
  unshared: 'notCacheableBecause',
  doubts: 'pruningObstacles',
  examined: 'CheckContext',
  heal: 'fix, repair',
  healed: 'repairs',
  mend: 'fix, repair',
  standing: 'status',
  seenAs: 'symptoms',
  looksAt: 'description',
  intrude: 'probeContention',
  intruder: 'contentionProbe',
  depot: 'blobStore',
  shipping: 'uploader',
  figures: 'metrics, statistics',
  grouped: 'groupBy',
  certainly: 'ConfirmButton',
  fetched: 'loadChunk, response',
  crowd: 'cluster',
  gather: 'cluster, collect',
  wish: 'filter',
  many: 'plural',
  roughly: 'approxDuration',
  stage: 'harness',
  player: 'scriptedRunner',
  crew: 'workers',
  ground: 'fixture',
  world: 'harness',
  visitor: 'lockProcess',
  found: 'a noun: match, row, message',
  known: 'a noun: cached, entries',
  wanted: 'a noun: request, expected',
  told: 'a noun: messages, reported',
  said: 'a noun: output, messages',
};

/** Names that stay, by the files in which they do, and why. */
const exceptions = [
  {
    names: ['standing', 'looksAt', 'found', 'healed'],
    files: /doctor/,
    reason: 'fields of the doctor in the API',
  },
  {
    names: ['because'],
    files: /^src\/mftf\/(catalog|run)\/|preview|^src\/operations\/tests\//,
    reason: 'a field of the preview in the API',
  },
  {
    names: ['known'],
    files:
      /^web\/src\/(run\/failure|submission|compare)\/|submission|comparison|^src\/history\/|^src\/messages\/(facts|rules|templates)\/|classes|^bench\/matrix\//,
    reason: 'a class of failures in the API',
  },
  { names: ['keeper'], files: /sandbox/, reason: 'the file keeper.json of a sandbox' },
  { names: ['shipping'], files: /^src\/demo\/shop\//, reason: 'the shipping page of the sample shop' },
  {
    names: ['ahead'],
    files: /^web\/src\/(overview|selection)\//,
    reason: 'the time after now on the timeline, and runs ahead in a queue',
  },
];

const firstLower = (name) => name.charAt(0).toLowerCase() + name.slice(1);
const instead = new Map(Object.entries(names).map(([name, say]) => [firstLower(name), say]));

/** Calls back with each name that the file declares, and where (an offset). */
function eachDeclaration(program, callback) {
  const pattern = (node) => {
    if (!node) return;
    switch (node.type) {
      case 'Identifier':
        return callback(node.name, node.start);
      case 'ObjectPattern':
        for (const property of node.properties) pattern(property.value ?? property.argument);
        return;
      case 'ArrayPattern':
        return node.elements.forEach(pattern);
      case 'AssignmentPattern':
        return pattern(node.left);
      case 'RestElement':
        return pattern(node.argument);
      case 'TSParameterProperty':
        return pattern(node.parameter);
    }
  };
  const withParameters = (node) => {
    pattern(node.id);
    for (const parameter of node.params ?? [])
      pattern(parameter.type === 'FormalParameter' ? parameter.pattern : parameter);
  };
  const withKey = ({ key, computed }) => {
    if (key?.type === 'Identifier' && !computed) callback(key.name, key.start);
  };
  new Visitor({
    VariableDeclarator: ({ id }) => pattern(id),
    FunctionDeclaration: withParameters,
    FunctionExpression: withParameters,
    ArrowFunctionExpression: withParameters,
    CatchClause: ({ param }) => pattern(param),
    ClassDeclaration: ({ id }) => pattern(id),
    TSInterfaceDeclaration: ({ id }) => pattern(id),
    TSTypeAliasDeclaration: ({ id }) => pattern(id),
    TSPropertySignature: withKey,
    TSMethodSignature: withKey,
    PropertyDefinition: withKey,
    MethodDefinition: withKey,
    Property: (node) => {
      // `{ name }` uses what is declared elsewhere; in a pattern `pattern` has seen it.
      if (!node.shorthand && node.kind === 'init' && node.value.type !== 'AssignmentPattern') withKey(node);
    },
  }).visit(program);
}

const uses = new Map(exceptions.map((exception) => [exception, 0]));
const faults = [];
for (const path of filesIn('src', 'web/src', 'test', 'bench', 'scripts')) {
  const { program, lineOf } = parse(path);
  const file = relative(root, path);
  eachDeclaration(program, (name, offset) => {
    const say = instead.get(firstLower(name));
    if (say === undefined) return;
    const exception = exceptions.find((each) => each.names.includes(name) && each.files.test(file));
    if (exception) return void uses.set(exception, uses.get(exception) + 1);
    if (file === 'scripts/check-words.mjs') return;
    faults.push(`${file}:${lineOf(offset)}: ${name} is an old word; say: ${say}`);
  });
}

if (process.argv.includes('--list')) {
  for (const [{ names, files, reason }, count] of uses)
    console.log(`${count}  ${names.join(', ')}  ${files}  ${reason}`);
}
const idle = [...uses]
  .filter(([, count]) => count === 0)
  .map(([{ names }]) => `The exception of ${names.join(', ')} is not needed.`);
for (const fault of [...faults, ...idle]) console.error(fault);
if (faults.length + idle.length > 0) process.exit(1);

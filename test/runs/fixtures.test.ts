import { afterAll, beforeAll, expect, it } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { previewRuns } from '../../src/operations/tests/tests.ts';
import { type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

const upload = (file: string) => `<amOnPage url="/prices" stepKey="open"/>
<attachFile selector="#file" userInput="${file}" stepKey="attach"/><click selector="button.upload" stepKey="upload"/>`;
const sees = (text: string) => `<see userInput="${text}" selector=".content" stepKey="see"/>`;
const data = '/var/www/html/dev/tests/acceptance/tests/_data';

overOneEngine((kind) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('OwnFileTest', upload('harbour-prices.csv') + sees('source,module')),
        ...moduleTest('FolderTest', upload('lists/prices.csv') + sees('source,folder')),
        ...moduleTest('CoreFileTest', upload('cms-prices.csv') + sees('source,replaced')),
        ...moduleTest('ImageFileTest', upload('image-prices.csv') + sees('source,image')),
        ...moduleTest('MissingFileTest', upload('nowhere.csv'), 'missing'),
        'Test/Mftf/_data/lists/prices.csv': 'source,folder\n',
        'Test/Mftf/_data/cms-prices.csv': 'source,replaced\n',
        'Test/Mftf/_data/image-prices.csv': 'source,hidden\n',
      },
    });
  });
  afterAll(() => harness.close());

  it('puts the fixture files of modules where tests look for them, those of the image first', async () => {
    const environment = await harness.environment('fixtures-us');
    const { run, results } = await harness.run(environment, { groups: ['made'] });
    expect(results.map(({ test, status }) => [test, status])).toEqual(
      ['CoreFileTest', 'FolderTest', 'ImageFileTest', 'OwnFileTest'].map((test) => [test, 'passed']),
    );
    const log = await harness.log(run.id);
    expect(log).toContain('image-prices.csv (by dev/tests/acceptance/tests/_data/image-prices.csv)');

    // What a test or an operator leaves there is not there in the next run, which restores a snapshot.
    await environment.container.exec(
      'sh',
      '-c',
      `cd ${data} && echo x >left.csv && echo x >image-prices.csv`,
    );
    const next = await harness.run(environment, { tests: ['ImageFileTest'] });
    expect(next.run.verdict).toBe('passed');
    await expect(environment.container.exec('cat', `${data}/left.csv`)).rejects.toThrow('ended with 1');
  });

  it('leaves out the files of modules that the shop has not enabled', async () => {
    const environment = await harness.environment('fixtures-es', { modules: ['Magento_Backend'] });
    const { run } = await harness.run(environment, { tests: ['CoreFileTest', 'OwnFileTest'] });
    expect(run.verdict).toBe('passed');
    const listed = await environment.container.exec('ls', data);
    expect(listed.split('\n')).toContain('harbour-prices.csv');
    expect(await environment.container.exec('cat', `${data}/cms-prices.csv`)).toBe('source,replaced\n');
  });

  it('names a file that a test attaches and that no module has, in a dry run and before the test', async () => {
    const environment = await harness.environment('fixtures-fr');
    const input = { environments: [environment.code], selection: { groups: ['missing'] } };
    const preview = await previewRuns.run(harness.context, parseInput(previewRuns, input), {
      principal: matreItself,
    });
    expect(preview.environments[0]?.missingFiles).toContain('nowhere.csv (MissingFileTest)');
    const { events, results } = await harness.run(environment, { groups: ['missing'] });
    expect(events.find(({ code }) => code === 'FIXTURE_MISSING')?.message).toContain('nowhere.csv');
    expect(results[0]).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('File does not exist'),
    });
  });
});

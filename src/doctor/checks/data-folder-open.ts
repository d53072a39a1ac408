import { closeToOthers, openFolders } from '../../artifacts/data-folder.ts';
import { type Check, problem, problemsOrOk } from '../check.ts';

/** matre closes the data folder when it starts; its mode may have been changed since. */
export const dataFolderOpen: Check = {
  name: 'data-folder-open',
  labels: {
    subject: 'the access to the data folder',
    ok: 'the data folder is private',
    problem: 'other users can read the data folder',
  },
  description: 'the modes of the data folder, of the embedded database and of the checkouts',
  symptoms: ['other users of the machine can read passwords in checkouts or in the database'],
  codes: ['DATA_FOLDER_OPEN'],
  fix: 'gives these folders mode 0700',

  async run({ config }) {
    const { dataFolder } = config.store;
    const findings = (await openFolders(dataFolder)).map((folder) =>
      problem('DATA_FOLDER_OPEN', `Other users of this machine have access to ${folder}.`, {
        about: folder,
        remedy: `chmod 700 ${folder}`,
        async repair() {
          await closeToOthers(folder);
          return `${folder} has mode 0700 now.`;
        },
      }),
    );
    return problemsOrOk(findings, `Only its owner has access to ${dataFolder}.`);
  },
};

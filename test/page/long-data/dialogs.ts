import { secondFactorUser } from './database.ts';
import { environmentCode, suites, testName } from './names.ts';
import type { RunRows } from './runs.ts';

export interface LongDialog {
  /** The file below web/src that has the dialog. */
  file: string;
  address: string;
  /** The names of what is clicked to open it, one after the other, or a chord of keys. */
  press: (string | RegExp)[];
}

/** Without a dialog here: the doctor of this data has nothing that it could fix. */
export const dialogsLeftOut = ['doctor/fix.tsx'];

/** Every dialog of the page, with the longest names. `ids` are those of the server. */
export function longDialogs(ids: RunRows['ids']): LongDialog[] {
  const dialog = (file: string, address: string, ...press: LongDialog['press']) => ({ file, address, press });
  const here = `/environments/${environmentCode(0)}`;
  const failed = `/runs/${ids.failed}`;
  return [
    dialog('ui/shortcut-help.tsx', '/', /^Account of/, 'Keyboard shortcuts and terms'),
    dialog('palette/palette.tsx', '/', 'Control+k'),
    dialog('saved-views/views-menu.tsx', '/', 'Saved views', /^Save this view/),
    dialog('environments/environments.tsx', '/environments', 'Add environment'),
    dialog('environments/environments.tsx', '/environments', 'Import .env files'),
    dialog('environments/settings-menu.tsx', here, 'More actions', 'Edit settings'),
    dialog('environments/settings-menu.tsx', here, 'More actions', 'Remove environment'),
    dialog('environments/pause.tsx', here, /^Pause /),
    dialog('environments/containers/containers.tsx', `/environments/${environmentCode(101)}`, 'Replace'),
    dialog('environments/containers/locks.tsx', here, /^Release /),
    dialog('environments/hooks/hooks.tsx', here, 'Add hook'),
    dialog('environments/hooks/hooks.tsx', here, /^Edit wait-for/),
    dialog('environments/variables/variables.tsx', here, 'Paste'),
    dialog('environments/variables/variables.tsx', here, /^Edit MAGENTO_CLOUD/),
    dialog('environments/variables/variable-rows.tsx', here, /^Unset MAGENTO_CLOUD/),
    dialog('reservations/reserve.tsx', here, /^Reserve /),
    dialog('reservations/reservation-list.tsx', here, /^Change end/),
    dialog('run/tests/screenshot.tsx', failed, /^Screenshot of/),
    dialog('triage/cause-note.tsx', failed, 'Edit note'),
    dialog('triage/quarantine-test.tsx', failed, /^Quarantine /),
    dialog(
      'triage/edit-quarantine.tsx',
      '/quarantines',
      `Edit the quarantine of ${testName(0)} (${suites[0]})`,
    ),
    dialog('channels/test-channel.tsx', '/channels', /^Send test/),
    dialog('rules/subscriptions/subscription-form.tsx', '/account', /^Edit the subscription|^Subscribe/),
    dialog('account/users.tsx', '/users', 'Add user'),
    dialog('account/sign-in-menu.tsx', '/users', /^Sign-in of/, 'Set password'),
    dialog('account/sign-in-menu.tsx', '/users', `Sign-in of ${secondFactorUser}`, 'Remove second factor'),
    dialog('account/sign-in-menu.tsx', '/users', /^Sign-in of/, 'Create reset link'),
  ];
}

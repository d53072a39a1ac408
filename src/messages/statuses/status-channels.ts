import type { Channel } from '../../model/channel.ts';
import { githubSettings } from '../channels/github/github-settings.ts';
import { gitlabSettings } from '../channels/gitlab/gitlab-settings.ts';
import type { StatusChannel } from './plan-statuses.ts';

/** A channel as statuses are planned for it; `undefined` for one that is switched off, on no forge, or has settings of another version. */
export function toStatusChannel(channel: Channel): StatusChannel | undefined {
  const { id, name, kind, settings, secretNames, disabled } = channel;
  if (disabled !== undefined) return undefined;
  if (kind === 'github') {
    const parsed = githubSettings.safeParse(settings).data;
    // Only Apps have check runs, which may be updated any number of times.
    return parsed && { ...parsed, id, name, kind, progress: secretNames.includes('privateKey') };
  }
  if (kind !== 'gitlab') return undefined;
  const parsed = gitlabSettings.safeParse(settings).data;
  return parsed && { ...parsed, id, name, kind, progress: true };
}

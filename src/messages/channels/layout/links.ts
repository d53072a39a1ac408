import type { Delivery } from '../channel.ts';

/** A button of a message. */
export interface MessageLink {
  label: string;
  url: string;
}

/** What a message can open, the most important first, at most three. None without MATRE_PUBLIC_URL. */
export function linksOf({ content: { facts }, purpose }: Delivery): MessageLink[] {
  const links: { label: string; url: string | null | undefined }[] = [];
  switch (facts.kind) {
    case 'submission': {
      const { submission, runs, run, firstFailure } = facts;
      const onlyRun = runs.length === 1 ? runs[0] : runs.find(({ id }) => id === run);
      if (onlyRun) links.push({ label: `Open run ${onlyRun.id}`, url: onlyRun.url });
      if (runs.length !== 1) links.push({ label: `Open submission ${submission.id}`, url: submission.url });
      links.push({ label: 'First failure', url: firstFailure?.url });
      break;
    }
    case 'alert':
      links.push({ label: purpose === 'test' ? 'Open matre' : 'Open alerts', url: facts.alert.url });
      break;
    case 'reservation':
      links.push({ label: `Open ${facts.reservation.environment}`, url: facts.reservation.url });
      break;
    case 'digest':
      links.push({ label: 'Open trends', url: facts.url });
  }
  return links.flatMap(({ label, url }) => (url ? [{ label, url }] : []));
}

import { useQuery } from '@tanstack/react-query';
import type { EnvironmentView } from '#src/operations/core/views.ts';
import type { EnvironmentModulesView } from '#src/operations/environments/modules-view.ts';
import { plural } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import { modulesQuery } from './queries.ts';

/** Names in a line; the title of the line has more. */
const maxNames = 6;

/** The enabled modules of the shop, and how those of other environments differ: entries of a list of facts. */
export function ModuleFacts({ environment }: { environment: EnvironmentView }) {
  const { data } = useQuery(modulesQuery(environment.code));
  return (
    <>
      <dt>Magento modules</dt>
      <dd>
        {environment.allModules && 'Tests of all modules are read. '}
        {data && <LastList modules={data} />}
      </dd>
      {data?.differences.map((difference) => (
        <Difference key={difference.environments.join(' ')} {...difference} />
      ))}
    </>
  );
}

function LastList({ modules: { enabled, refusal, sameAs } }: { modules: EnvironmentModulesView }) {
  return (
    <>
      {enabled === null ? (
        'Unknown: the shop has not listed them yet'
      ) : (
        <>
          {enabled.count} enabled in the shop, listed <Time at={enabled.askedAt} />
          {sameAs.length > 0 && <>; the same on {sameAs.join(', ')}</>}
        </>
      )}
      {refusal && (
        <>
          ; {refusal.message} <Time at={refusal.at} />
        </>
      )}
    </>
  );
}

type DifferenceProps = EnvironmentModulesView['differences'][number];

function Difference({ environments, onlyHere, onlyThere }: DifferenceProps) {
  return (
    <>
      <dt>
        Differs from{' '}
        {environments.length > 3 ? plural(environments.length, 'environment') : environments.join(', ')}
      </dt>
      <dd title={environments.join(', ')}>
        {onlyHere.count + onlyThere.count === 0 && 'The same modules in another order'}
        <Names label="only here" names={onlyHere} />
        {onlyHere.count > 0 && onlyThere.count > 0 && '; '}
        <Names label="only there" names={onlyThere} />
      </dd>
    </>
  );
}

function Names({ label, names: { count, names } }: { label: string; names: DifferenceProps['onlyHere'] }) {
  if (count === 0) return null;
  const more = count - Math.min(names.length, maxNames);
  return (
    <span title={names.join(', ')}>
      {label}: {names.slice(0, maxNames).join(', ')}
      {more > 0 && ` and ${more} more`}
    </span>
  );
}

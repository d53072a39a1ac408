import type { EnvironmentView } from '#src/operations/core/views.ts';
import { Time } from '../ui/time.tsx';
import classes from './environment.module.css';
import { ModuleFacts } from './module-facts.tsx';

/** The settings of an environment. */
export function Settings({ environment }: { environment: EnvironmentView }) {
  const { id, name, baseUrl, backendName, adminUsername, slots, createdAt } = environment;
  const { hasAdminPassword, hasShopCredentials, image, modules } = environment;
  return (
    <section className={classes.section} aria-labelledby="settings">
      <div className={classes.sectionHead}>
        <h2 id="settings">Settings</h2>
      </div>
      <dl className={classes.facts}>
        <dt>Name</dt>
        <dd>{name}</dd>
        <dt>Shop</dt>
        <dd>{baseUrl}</dd>
        {hasShopCredentials && (
          <>
            <dt>Shop user and password</dt>
            <dd>
              <Hidden />
            </dd>
          </>
        )}
        <dt>Admin panel</dt>
        <dd>
          {baseUrl}
          {backendName}
        </dd>
        <dt>Admin user</dt>
        <dd>{adminUsername}</dd>
        <dt>Admin password</dt>
        <dd>{hasAdminPassword ? <Hidden /> : 'not set'}</dd>
        <dt>Containers</dt>
        <dd>{slots}</dd>
        <dt>Image</dt>
        <dd>{image ?? <AsInSettings />}</dd>
        <dt>Test modules</dt>
        <dd>{modules.length === 0 ? <AsInSettings /> : <TestModules modules={modules} />}</dd>
        <ModuleFacts environment={environment} />
        <dt>ID</dt>
        <dd>{id}</dd>
        <dt>Added</dt>
        <dd>
          <Time at={createdAt} />
        </dd>
      </dl>
    </section>
  );
}

const AsInSettings = () => <span className={classes.dim}>as in the settings</span>;

/** The test modules of an environment with their sources, in order. */
function TestModules({ modules }: Pick<EnvironmentView, 'modules'>) {
  return (
    <ol className={classes.testModules}>
      {modules.map(({ name, repository, branch, path, target }) => (
        <li key={name}>
          {name}
          <div className={classes.dim}>
            {path !== null
              ? `folder ${path}`
              : `${repository ?? 'repository of the settings'}, ${branch === null ? 'branch of the settings' : `branch ${branch}`}`}
            {target !== null && `, in the container at ${target}`}
          </div>
        </li>
      ))}
    </ol>
  );
}

const Hidden = () => <span title="Stored encrypted, never shown">••••••••</span>;

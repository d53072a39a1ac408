import { Anchor, Code } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EmptyState } from '../ui/states.tsx';

/** The empty state of a new installation: how to add an environment. */
export function NoEnvironments() {
  return (
    <EmptyState
      title="No environments yet"
      icon={<IconServer size={28} color="var(--mantine-color-dimmed)" aria-hidden />}
    >
      <p>
        An environment is a Magento shop to test. Import the environments of the test module on the server:
      </p>
      <Code block my="sm">
        matre env import path/to/test-module/Cron/data/.env.preprod-us
      </Code>
      <p>
        or add one by hand under{' '}
        <Anchor component={Link} href="/environments" underline="always">
          Environments
        </Anchor>
        . It then appears here.
      </p>
    </EmptyState>
  );
}

import { Anchor, Code } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EmptyState } from '../ui/states.tsx';

/** What an empty system needs first. */
export function NoEnvironments() {
  return (
    <EmptyState
      title="No environment yet"
      icon={<IconServer size={28} color="var(--mantine-color-dimmed)" aria-hidden />}
    >
      <p>
        An environment is a Magento that is tested. Add those of the test module from their files, on the
        machine of the server:
      </p>
      <Code block my="sm">
        matre env import path/to/test-module/Cron/data/.env.preprod-us
      </Code>
      <p>
        or one by hand, under{' '}
        <Anchor component={Link} href="/environments" underline="always">
          Environments
        </Anchor>
        . It has its lane here at once.
      </p>
    </EmptyState>
  );
}

import { Button, Code } from '@mantine/core';
import { IconServer } from '@tabler/icons-react';
import { Link } from 'wouter';
import { EmptyState } from '../ui/states.tsx';

/** The empty state of a new installation: how to add an environment. */
export function NoEnvironments() {
  return (
    <EmptyState
      title="No environments yet"
      icon={<IconServer size={32} color="var(--mantine-color-dimmed)" aria-hidden />}
      action={
        <Button component={Link} href="/environments" size="sm">
          Add an environment
        </Button>
      }
    >
      <p>
        An environment is a Magento shop to test. Add the first one, then start a run on it; its results
        appear here. The environments of a test module can be imported on the server:
      </p>
      <Code block mt="sm">
        matre env import path/to/test-module/Cron/data/.env.preprod-us
      </Code>
    </EmptyState>
  );
}

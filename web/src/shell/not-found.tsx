import { Anchor, VisuallyHidden } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';

export function NotFound() {
  useTitle('Not found');
  return (
    <>
      <VisuallyHidden component="h1">Not found</VisuallyHidden>
      <EmptyState title="Page not found">
        <Anchor component={Link} href="/">
          Go to the overview
        </Anchor>
      </EmptyState>
    </>
  );
}

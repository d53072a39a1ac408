import { Anchor, VisuallyHidden } from '@mantine/core';
import { Link } from 'wouter';
import { EmptyState } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';

export function NotFound() {
  useTitle('Not found');
  return (
    <>
      <VisuallyHidden component="h1">Not found</VisuallyHidden>
      <EmptyState title="There is nothing at this address">
        <Anchor component={Link} href="/" underline="always">
          To the overview
        </Anchor>
      </EmptyState>
    </>
  );
}

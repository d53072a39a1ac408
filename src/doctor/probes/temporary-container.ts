import type { CheckContext } from '../check-context.ts';

/** The id of a container that all checks of one examination share. */
export async function openTemporaryContainer({ containers, inspections }: CheckContext): Promise<string> {
  if (inspections.hasEnded) throw new Error('the examination has ended');
  inspections.temporaryContainer ??= containers().then(({ temporaryContainer }) => temporaryContainer());
  return (await inspections.temporaryContainer).id;
}

/** Removes the temporary container at the end of an examination; a check that outlives its time limit opens none any more. */
export async function removeTemporaryContainer({ inspections }: CheckContext): Promise<void> {
  inspections.hasEnded = true;
  const container = await inspections.temporaryContainer?.catch(() => undefined);
  await container?.dispose().catch(() => undefined);
}

import type { CheckContext } from '../check-context.ts';

/** The id of a container of an image that all checks of one examination share. */
export async function openTemporaryContainer(
  { containers, inspections }: CheckContext,
  image: string,
): Promise<string> {
  if (inspections.hasEnded) throw new Error('the examination has ended');
  const opening =
    inspections.temporaryContainers.get(image) ??
    containers().then(({ temporaryContainer }) => temporaryContainer(image));
  inspections.temporaryContainers.set(image, opening);
  return (await opening).id;
}

/** Removes the temporary containers at the end of an examination; a check that outlives its time limit opens none any more. */
export async function removeTemporaryContainers({ inspections }: CheckContext): Promise<void> {
  inspections.hasEnded = true;
  await Promise.all(
    [...inspections.temporaryContainers.values()].map(async (opening) => {
      const container = await opening.catch(() => undefined);
      await container?.dispose().catch(() => undefined);
    }),
  );
}

import { spawnSync } from 'node:child_process';
import Docker from 'dockerode';

/**
 * Makes the layer of a container immutable, so that not even root can remove it: the Docker Engine then reports what it also reports
 * for a layer that is still mounted. Returns the path of the layer, and how it is undone.
 */
export async function lockLayer(id: string): Promise<{ layer: string; unlock(): void }> {
  const { GraphDriver } = await new Docker().getContainer(id).inspect();
  const { UpperDir: layer } = GraphDriver.Data as unknown as { UpperDir: string };
  const change = (flag: string) => {
    const { status, stderr } = spawnSync('chattr', [flag, layer], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`chattr ${flag} ${layer}: ${stderr}`);
  };
  change('+i');
  return { layer, unlock: () => change('-i') };
}

import { toFault } from '../../faults/fault.ts';
import { groupBy } from '../../model/group-by.ts';
import { type Check, ok, problem } from '../check.ts';

export const engineAway: Check = {
  name: 'engine-away',
  labels: {
    subject: 'the container engine',
    ok: 'the container engine responds',
    problem: 'the container engine does not respond',
  },
  description: 'the container engine, and the images that containers are created from',
  symptoms: ['Cannot connect to the Docker daemon', 'No such image'],
  codes: ['ENGINE_UNREACHABLE', 'IMAGE_MISSING', 'ENGINE_FAILED', 'CONFIG_INVALID'],

  async run({ config, environments, containers }) {
    const { engine } = await containers();
    const version = await engine.describe();
    const codes = groupBy(environments, ({ image }) => image ?? config.pool.image);
    const images = codes.size > 0 ? [...codes.keys()] : [config.pool.image];
    const findings = await Promise.all(
      images.map(async (image) => {
        try {
          const id = await engine.imageId(image);
          return ok(`${image} is present (${id.replace('sha256:', '').slice(0, 12)}).`);
        } catch (error) {
          const own = codes.get(image)?.find((environment) => environment.image !== undefined);
          // The image of the settings concerns all.
          if (own === undefined) throw error;
          const { code, message } = toFault(error);
          return problem(code, message, { about: own.code });
        }
      }),
    );
    return [ok(`${version} responds.`), ...findings];
  },
};

import { type Check, ok } from '../check.ts';

export const engineAway: Check = {
  name: 'engine-away',
  labels: {
    subject: 'the container engine',
    ok: 'the container engine responds',
    problem: 'the container engine does not respond',
  },
  description: 'the container engine, and the image that containers are created from',
  symptoms: ['Cannot connect to the Docker daemon', 'No such image'],
  codes: ['ENGINE_UNREACHABLE', 'IMAGE_MISSING', 'ENGINE_FAILED', 'CONFIG_INVALID'],

  async run({ config, containers }) {
    const { engine } = await containers();
    const version = await engine.describe();
    const { image } = config.pool;
    const id = await engine.imageId(image);
    return [
      ok(`${version} responds.`),
      ok(`${image} is present (${id.replace('sha256:', '').slice(0, 12)}).`),
    ];
  },
};

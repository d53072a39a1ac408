import { type Check, well } from '../check.ts';

export const engineAway: Check = {
  name: 'engine-away',
  looksAt: 'the container engine, and the image that containers are made from',
  seenAs: ['Cannot connect to the Docker daemon', 'No such image'],
  codes: ['ENGINE_UNREACHABLE', 'IMAGE_MISSING', 'ENGINE_FAILED', 'CONFIG_INVALID'],

  async look({ config, containers }) {
    const { engine } = await containers();
    const version = await engine.describe();
    const { image } = config.pool;
    const id = await engine.imageId(image);
    return [
      well(`${version} answers.`),
      well(`${image} is there (${id.replace('sha256:', '').slice(0, 12)}).`),
    ];
  },
};

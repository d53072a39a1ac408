import { type Check, problem, problemsOrOk } from '../check.ts';

/** A container that somebody else made under a name of ours. A dead one of our own is removed by the run that needs the name. */
export const containerNameTaken: Check = {
  name: 'container-name-taken',
  description: 'all containers of the engine, for strangers under the names that runs need',
  symptoms: ['the container name is already in use'],
  codes: ['CONTAINER_NAME_TAKEN'],

  async run({ environments, containers }) {
    const { inspection: examination } = await containers();
    const strangers = await examination.strangers(new Set(environments.map(({ id }) => id)));
    const problems = strangers.map(({ name, image }) =>
      problem(
        'CONTAINER_NAME_TAKEN',
        `${name} (image ${image}) was not made by this installation of matre.`,
        {
          about: name,
          remedy: `Look at it, then: docker rename ${name} ${name}_old, or docker rm -f ${name}`,
        },
      ),
    );
    return problemsOrOk(problems, `No stranger has a name of ours.`);
  },
};

import { type Check, problem, problemsOrOk } from '../check.ts';

/** A foreign container under a name that runs need. A dead container of ours is removed by the run that needs its name. */
export const containerNameTaken: Check = {
  name: 'container-name-taken',
  labels: {
    subject: 'the names of containers',
    ok: 'the names of containers are free',
    problem: 'the name of a container is taken',
  },
  description: 'all containers of the engine: whether a foreign one has a name that runs need',
  symptoms: ['the container name is already in use'],
  codes: ['CONTAINER_NAME_TAKEN'],

  async run({ environments, containers }) {
    const { inspection } = await containers();
    const foreign = await inspection.strangers(new Set(environments.map(({ id }) => id)));
    const problems = foreign.map(({ name, image }) =>
      problem(
        'CONTAINER_NAME_TAKEN',
        `${name} (image ${image}) was not created by this installation of matre.`,
        {
          about: name,
          remedy: `Check what it is for, then: docker rename ${name} ${name}_old, or docker rm -f ${name}`,
        },
      ),
    );
    return problemsOrOk(problems, 'No foreign container has a name that runs need.');
  },
};

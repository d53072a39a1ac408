import { z } from 'zod';
import { imageName } from '../module-parsers.ts';
import { absolutePath, capability, extraHost, list, matching, mount, size, url } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/** The settings of the engine and its containers: a part of the table of settings. */
export const containerSettings = {
  MATRE_ENGINE: setting({
    group: 'Containers',
    schema: z.enum(['auto', 'docker', 'sandbox'], 'must be auto, docker or sandbox'),
    default: 'auto',
    description:
      'Where tests run: docker, sandbox (bubblewrap), or auto, which is docker where a Docker Engine answers.',
  }),
  DOCKER_HOST: optional({
    group: 'Containers',
    schema: url('unix', 'tcp', 'http', 'https'),
    description: 'The Docker Engine. Without it unix:///var/run/docker.sock.',
  }),
  MATRE_IMAGE: setting({
    group: 'Containers',
    schema: imageName,
    default: 'matre-magento:latest',
    description:
      'The image with Magento and MFTF. For the sandbox: a folder that is overlaid on the file system of the host.',
  }),
  MATRE_NETWORK: optional({
    group: 'Containers',
    schema: matching(/^[A-Za-z0-9][\w.-]*$/, 'must be the name of a Docker network'),
    description: 'The Docker network of the containers. Without it the default bridge.',
  }),
  MATRE_EXTRA_HOSTS: setting({
    group: 'Containers',
    schema: list(extraHost),
    default: 'host.docker.internal:host-gateway',
    description: 'Entries for /etc/hosts of the containers: name:address, separated by commas.',
  }),
  MATRE_MOUNTS: setting({
    group: 'Containers',
    schema: list(mount),
    default: '',
    description:
      'Additional mounts of the containers: source:target or source:target:ro, separated by commas.',
  }),
  MATRE_CAPABILITIES: setting({
    group: 'Containers',
    schema: list(capability),
    default: '',
    description:
      'Capabilities of the kernel that the processes of a Docker container have besides CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID and SETUID, such as NET_BIND_SERVICE, separated by commas.',
  }),
  MATRE_MEMORY: setting({
    group: 'Containers',
    schema: size(64),
    default: '2g',
    description: 'The memory limit of a container, including its tmpfs.',
  }),
  MATRE_TMPFS_SIZE: setting({
    group: 'Containers',
    schema: size(1),
    default: '512m',
    description: 'The size of the tmpfs for generated tests.',
  }),
  MATRE_MAGENTO_ROOT: setting({
    group: 'Containers',
    schema: absolutePath,
    default: '/var/www/html',
    description: 'The folder of Magento in the container.',
  }),
};

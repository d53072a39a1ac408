/**
 * The client of the Docker Engine. The one value import of dockerode: a build bundles this module with it, without the packages
 * for SSH and gRPC, which are not used and which compile code when they are installed (scripts/bundle-dockerode.mjs).
 */
export { default as Docker } from 'dockerode';

export const DEFAULT_ROOT = '/zoogate'

/**
 * Where everything lies below the root. Pure. The root is a prefix, not a connect string's chroot,
 * so that discovery paths, which are absolute, reach what others registered.
 */
export interface TreePaths {
  /** Empty where the root is `/`. */
  readonly root: string
  readonly config: string
  readonly head: string
  readonly revisions: string
  revision(number: number): string
  readonly objects: string
  object(sha256: string): string
  /** One of the parts of a large object, counted from 0. */
  objectChunk(sha256: string, index: number): string
  readonly gateways: string
  gateway(gateway: string): string
  rollout(gateway: string): string
  nodes(gateway: string): string
  node(gateway: string, node: string): string
  /** Ephemeral: the node's agent is there. */
  nodeAlive(gateway: string, node: string): string
  readonly services: string
  /** The default discovery path of a Service. */
  service(service: string): string
  readonly overrides: string
  serviceOverrides(service: string): string
  override(service: string, instance: string): string
  readonly secrets: string
  secret(secret: string): string
  secretVersion(secret: string, version: number): string
  readonly audit: string
  auditFolder(day: string, part: number): string
}

/**
 * @param root an absolute znode path
 * @throws TypeError where it is none
 */
export function treePaths(root: string = DEFAULT_ROOT): TreePaths {
  if (!isRoot(root)) {
    throw new TypeError(`the root must be an absolute znode path such as ${DEFAULT_ROOT}: ${root}`)
  }
  const prefix = root === '/' ? '' : root
  const config = `${prefix}/config`
  const gateway = (name: string) => `${prefix}/gateways/${name}`
  const node = (name: string, nodeName: string) => `${gateway(name)}/nodes/${nodeName}`
  const object = (sha256: string) => `${config}/objects/${sha256}`
  const serviceOverrides = (service: string) => `${prefix}/overrides/${service}`
  const secret = (name: string) => `${prefix}/secrets/${name}`
  return {
    root: prefix,
    config,
    head: `${config}/head`,
    revisions: `${config}/revisions`,
    revision: (number) => `${config}/revisions/${number}`,
    objects: `${config}/objects`,
    object,
    objectChunk: (sha256, index) => `${object(sha256)}/${String(index).padStart(4, '0')}`,
    gateways: `${prefix}/gateways`,
    gateway,
    rollout: (name) => `${gateway(name)}/rollout`,
    nodes: (name) => `${gateway(name)}/nodes`,
    node,
    nodeAlive: (name, nodeName) => `${node(name, nodeName)}/alive`,
    services: `${prefix}/services`,
    service: (service) => `${prefix}/services/${service}`,
    overrides: `${prefix}/overrides`,
    serviceOverrides,
    override: (service, instance) => `${serviceOverrides(service)}/${instance}`,
    secrets: `${prefix}/secrets`,
    secret,
    secretVersion: (name, version) => `${secret(name)}/${version}`,
    audit: `${prefix}/audit`,
    auditFolder: (day, part) => `${prefix}/audit/${part === 0 ? day : `${day}.${part}`}`,
  }
}

function isRoot(root: string): boolean {
  if (root === '/') return true
  return /^(\/[A-Za-z0-9_.:@-]+)+$/.test(root) && !/\/\.{1,2}(\/|$)/.test(root)
}

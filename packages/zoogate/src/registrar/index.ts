export { Sidecar, type SidecarOptions } from './sidecar.ts'
export { parseProbe, type SidecarCheck } from './sidecar-check.ts'

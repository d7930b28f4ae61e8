export {
  encodeRegistration,
  type InstanceState,
  InstanceStateSchema,
  isInstanceId,
  type ParsedRegistration,
  parseRegistration,
  REGISTRATION_BYTES_MAX,
  type Registration,
  RegistrationSchema,
} from './discovery/registration.ts'
export type { HealthCheck, ProbeResult, ProbeTarget } from './health/health-check.ts'
export {
  HealthMonitor,
  type HealthMonitorOptions,
  type HealthReport,
} from './health/health-monitor.ts'
export { type HealthState, initialHealth, nextHealth } from './health/health-state.ts'
export { type ProbeOptions, probe } from './health/probe.ts'
export { createPicker, type PickerAlgorithm } from './policies/create-picker.ts'
export type {
  PickContext,
  Picker,
  PickerEndpoint,
  PickerOptions,
  RequestOutcome,
} from './policies/picker.ts'
export { type Scheduler, systemScheduler } from './scheduler.ts'

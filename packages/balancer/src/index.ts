export { BalancerError, type BalancerErrorCode } from './balancer-error.ts'
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
export type { CheckTiming, HealthCheck, ProbeResult, ProbeTarget } from './health/health-check.ts'
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
export { Backoff, type BackoffOptions } from './register/backoff.ts'
export { firstHost, ownAddress } from './register/own-address.ts'
export {
  DEFAULT_DRAIN_MS,
  instanceId,
  type RegisteredService,
  type RegisterServiceOptions,
  registerService,
} from './register/register-service.ts'
export { registrationOf, type ServiceRegistrationOptions } from './register/registration-options.ts'
export {
  type RegistrationEvent,
  type RegistrationState,
  ServiceRegistration,
} from './register/service-registration.ts'
export { type Scheduler, systemScheduler } from './scheduler.ts'

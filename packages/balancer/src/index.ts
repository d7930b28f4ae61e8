export { BalancerError, type BalancerErrorCode } from './balancer-error.ts'
export {
  encodeRegistration,
  type InstanceState,
  isInstanceId,
  type ParsedRegistration,
  parseRegistration,
  REGISTRATION_BYTES_MAX,
  type Registration,
} from './discovery/registration.ts'
export * from './health/index.ts'
export * from './policies/index.ts'
export { Backoff, type BackoffOptions } from './register/backoff.ts'
export { firstHost, ownAddress } from './register/own-address.ts'
export {
  DEFAULT_DRAIN_MS,
  instanceId,
  type RegisteredService,
  type RegisterServiceOptions,
  registerService,
} from './register/register-service.ts'
export type { RegistrationEvent, RegistrationState } from './register/registration-event.ts'
export { registrationOf, type ServiceRegistrationOptions } from './register/registration-options.ts'
export { ServiceRegistration } from './register/service-registration.ts'
export { type Scheduler, systemScheduler } from './scheduler.ts'

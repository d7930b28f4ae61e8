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

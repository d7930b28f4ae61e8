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
export { createPicker, type PickerAlgorithm } from './policies/create-picker.ts'
export type {
  PickContext,
  Picker,
  PickerEndpoint,
  PickerOptions,
  RequestOutcome,
} from './policies/picker.ts'

export { createPicker, type PickerAlgorithm } from './create-picker.ts'
export type {
  PickContext,
  Picker,
  PickerEndpoint,
  PickerOptions,
  RequestOutcome,
} from './picker.ts'

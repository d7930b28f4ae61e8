import { ConsistentHashPicker } from './consistent-hash.ts'
import { LeastRequestPicker } from './least-request.ts'
import { PeakEwmaPicker } from './peak-ewma.ts'
import type { Picker, PickerEndpoint, PickerOptions } from './picker.ts'
import { PowerOfTwoChoicesPicker } from './power-of-two-choices.ts'
import { RandomPicker } from './random.ts'
import { RoundRobinPicker } from './round-robin.ts'

export type PickerAlgorithm =
  | 'roundRobin'
  | 'random'
  | 'leastRequest'
  | 'powerOfTwoChoices'
  | 'consistentHash'
  | 'peakEWMA'

/** A picker without endpoints; `update` gives it some. Weights are honoured by every algorithm. */
export function createPicker<E extends PickerEndpoint>(
  algorithm: PickerAlgorithm,
  options: PickerOptions,
): Picker<E> {
  switch (algorithm) {
    case 'roundRobin':
      return new RoundRobinPicker<E>(options.random)
    case 'random':
      return new RandomPicker<E>(options.random)
    case 'leastRequest':
      return new LeastRequestPicker<E>(options.random)
    case 'powerOfTwoChoices':
      return new PowerOfTwoChoicesPicker<E>(options.random)
    case 'consistentHash':
      return new ConsistentHashPicker<E>(options.random)
    case 'peakEWMA':
      return new PeakEwmaPicker<E>(options.random, options.nowMs)
  }
}

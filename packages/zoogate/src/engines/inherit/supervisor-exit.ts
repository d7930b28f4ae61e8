/** How a supervisor process ends, for whoever started it. */
export const SUPERVISOR_EXIT_CODES = {
  /** Told to stop, or another one supervises the engine. */
  stopped: 0,
  failed: 1,
  /** Another supervisor holds the folder. */
  locked: 3,
  /** There is no node in the folder, or not any more. */
  noFolder: 4,
} as const

/** The `flags` of the create requests (CreateMode.java). */
export const CreateFlags = {
  persistent: 0,
  ephemeral: 1,
  persistentSequential: 2,
  ephemeralSequential: 3,
  container: 4,
  persistentWithTTL: 5,
  persistentSequentialWithTTL: 6,
} as const

/** How a znode lives and how it is named, in words. */
export type CreateMode = keyof typeof CreateFlags

/** The modes of a znode that the server deletes when it has been unchanged and childless for its time to live. */
export type TTLMode = 'persistentWithTTL' | 'persistentSequentialWithTTL'

/** The modes that need no time to live: what may be passed on as `mode` alone. */
export type PlainMode = Exclude<CreateMode, TTLMode>

/** The closed union of create flags. */
export type CreateFlags = (typeof CreateFlags)[CreateMode]

const modes = new Map<number, CreateMode>(
  (Object.keys(CreateFlags) as CreateMode[]).map((mode) => [CreateFlags[mode], mode]),
)

/** The mode of a request's flags; undefined for flags that no version knows. */
export function createModeOf(flags: number): CreateMode | undefined {
  return modes.get(flags)
}

/** Whether the server appends a ten-digit number to the name. */
export function isSequential(mode: CreateMode): boolean {
  return (
    mode === 'persistentSequential' ||
    mode === 'ephemeralSequential' ||
    mode === 'persistentSequentialWithTTL'
  )
}

/** Whether the znode goes with its session. */
export function isEphemeral(mode: CreateMode): boolean {
  return mode === 'ephemeral' || mode === 'ephemeralSequential'
}

/** Whether the znode needs a time to live. */
export function hasTimeToLive(mode: CreateMode): mode is TTLMode {
  return mode === 'persistentWithTTL' || mode === 'persistentSequentialWithTTL'
}

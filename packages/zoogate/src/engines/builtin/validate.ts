import { EngineError } from '../engine.ts'
import { readGeneration } from './files.ts'

/** Reads a generation as the worker will. @throws EngineError `ENGINE_INVALID` */
export async function validate(generationFolder: string): Promise<void> {
  try {
    await readGeneration(generationFolder)
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new EngineError('ENGINE_INVALID', words, { cause: error })
  }
}

import { EngineError, type EnginePaths } from '../engine.ts'
import { runProgram } from '../shared/run-program.ts'
import { complaints } from './control/complaints.ts'
import { adminSocket } from './render/names.ts'

/** 10,000 servers in one backend take 0.6 s on two cores. */
const TIMEOUT_MS = 30_000
/** A unix socket's path has at most 107 bytes; HAProxy binds it under a longer name first. */
const SOCKET_PATH_BYTES_MAX = 97

/**
 * HAProxy's own check of a generation. It binds nothing and raises no limit.
 * @throws EngineError `ENGINE_INVALID` with HAProxy's words
 */
export async function validate(generationFolder: string, paths: EnginePaths): Promise<void> {
  const socket = adminSocket(paths)
  if (Buffer.byteLength(socket) > SOCKET_PATH_BYTES_MAX) {
    throw invalid(`the socket's path is longer than ${SOCKET_PATH_BYTES_MAX} bytes: ${socket}`)
  }
  const { outcome, output } = await runProgram(
    'haproxy',
    ['-c', '-f', `${generationFolder}/`],
    TIMEOUT_MS,
  )
  switch (outcome) {
    case 'passed':
      return
    case 'missing':
      throw invalid('haproxy is not installed: apt-get install haproxy')
    case 'timeout':
      throw invalid(`haproxy -c did not end within ${TIMEOUT_MS} ms`)
    case 'failed':
      throw invalid(complaints(output, generationFolder) || output.trim().slice(-500))
  }
}

function invalid(message: string): EngineError {
  return new EngineError('ENGINE_INVALID', message)
}

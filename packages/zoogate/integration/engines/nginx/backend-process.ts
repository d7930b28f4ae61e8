import { type Program, startProgram } from '../../../../../test/support/program.ts'

/** A backend that can be killed: a process of its own that answers with its name. */
export async function startBackendProcess(name: string, port: number): Promise<Program> {
  const script = `
    const { createServer } = require('node:http')
    const server = createServer((request, response) => {
      request.resume()
      request.on('end', () => response.end(${JSON.stringify(name)}))
    })
    server.listen(${port}, '127.0.0.1', () => console.log('listening'))
  `
  return startProgram(process.execPath, ['-e', script], { ready: /listening/ })
}

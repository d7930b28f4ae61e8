// What every Node.js client is put through: `node CLIENT.mjs HOST:PORT CONNECTIONS WINDOW SECONDS BYTES` keeps WINDOW
// requests outstanding on each connection, and prints one line of JSON for each operation.

const [server, connections, window, seconds, bytes] = process.argv.slice(2)
const ROOT = '/bench'
const data = Buffer.alloc(Number(bytes), 'x')

/**
 * @param name of the client
 * @param connect takes "host:port" and resolves with `{ get, set, create, remove }`, each of which takes a path, perhaps data, and
 *   at last a function that is called with an error or nothing
 */
export async function drive(name, connect) {
  const clients = []
  for (let index = 0; index < Number(connections); index++) clients.push(await connect(server))
  const [first] = clients
  await new Promise((resolve) => first.create(ROOT, data, resolve))
  await Promise.all(
    clients.map((client, index) => {
      return new Promise((resolve) => client.create(`${ROOT}/${index}`, data, resolve))
    }),
  )
  await measure(clients, 'getData', 0.25)
  for (const operation of ['getData', 'setData', 'createDelete']) {
    const result = await measure(clients, operation, 1)
    console.log(JSON.stringify({ client: name, operation, ...result }))
  }
  process.exit(0)
}

async function measure(clients, operation, share) {
  const state = { stopped: false, done: 0, errors: 0 }
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  const timer = setTimeout(
    () => {
      state.stopped = true
    },
    seconds * 1000 * share,
  )
  await Promise.all(clients.map((client, index) => pump(client, index, operation, state)))
  clearTimeout(timer)
  const { user, system } = process.cpuUsage(cpu)
  const tookMs = performance.now() - startedMs
  return {
    opsPerSecond: Math.round((state.done * 1000) / tookMs),
    cpuMicrosPerOp: Number(((user + system) / state.done).toFixed(2)),
    errors: state.errors,
  }
}

/** Resolves when it was told to stop and nothing is outstanding. A create and its delete are two operations. */
function pump(client, index, operation, state) {
  return new Promise((resolve) => {
    const path = `${ROOT}/${index}`
    let outstanding = 0
    let count = 0
    const counted = (error) => {
      state.done++
      if (error) state.errors++
    }
    const finish = (error) => {
      counted(error)
      outstanding--
      next()
    }
    const send = {
      getData: () => client.get(path, finish),
      setData: () => client.set(path, data, finish),
      createDelete: () => {
        const child = `${path}-${count++}`
        client.create(child, data, counted)
        client.remove(child, finish)
      },
    }[operation]
    const next = () => {
      while (!state.stopped && outstanding < window) {
        outstanding++
        send()
      }
      if (state.stopped && outstanding === 0) resolve()
    }
    next()
  })
}

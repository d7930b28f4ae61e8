import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const POLICY = '/usr/sbin/policy-rc.d'
const SAVED = `${POLICY}.before-zoogate`
const FORBID = '#!/bin/sh\n# zoogate: no service starts while its package is installed\nexit 101\n'

/**
 * Runs `install` while Debian's package scripts may start no service (invoke-rc.d asks policy-rc.d;
 * exit code 101 forbids). What was there before comes back, also after Ctrl-C.
 */
export async function withoutStartingServices(install) {
  // A former run that was killed may have left its own policy behind; that one is not kept.
  const foreign = existsSync(POLICY) && readFileSync(POLICY, 'utf8') !== FORBID
  if (foreign) renameSync(POLICY, SAVED)
  writeFileSync(POLICY, FORBID)
  chmodSync(POLICY, 0o755)
  const restore = () => {
    if (existsSync(SAVED)) renameSync(SAVED, POLICY)
    else rmSync(POLICY, { force: true })
  }
  const stop = () => {
    restore()
    process.exit(130)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  try {
    await install()
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, stop)
    restore()
  }
}

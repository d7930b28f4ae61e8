import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

const POLICY = '/usr/sbin/policy-rc.d'
const SAVED = `${POLICY}.before-zoogate`
const MARK = '# zoogate: no service starts while its package is installed, by process '
const FORBID = `#!/bin/sh\n${MARK}${process.pid}\nexit 101\n`

/**
 * Runs `install` while Debian's package scripts may start no service (invoke-rc.d asks policy-rc.d;
 * exit code 101 forbids). What was there before comes back; `install` lets no signal end us.
 */
export async function withoutStartingServices(install) {
  const before = policyText()
  if (before !== undefined && writerOf(before) === undefined) renameSync(POLICY, SAVED)
  writeFileSync(POLICY, FORBID)
  chmodSync(POLICY, 0o755)
  try {
    return await install()
  } finally {
    restore()
  }
}

/** A set-up that was killed (kill -9) has left its policy behind: services could never start again. */
export function removeStalePolicy() {
  const text = policyText()
  const writer = text === undefined ? undefined : writerOf(text)
  if (writer === undefined || existsSync(`/proc/${writer}`)) return
  try {
    restore()
  } catch {
    console.error(`zoogate: an earlier set-up left ${POLICY} behind; root can remove it`)
  }
}

function restore() {
  if (existsSync(SAVED)) renameSync(SAVED, POLICY)
  else rmSync(POLICY, { force: true })
}

function policyText() {
  return existsSync(POLICY) ? readFileSync(POLICY, 'utf8') : undefined
}

/** Pid of the set-up that wrote this policy; undefined: it is somebody else's. */
function writerOf(text) {
  const start = text.indexOf(MARK)
  return start < 0 ? undefined : Number.parseInt(text.slice(start + MARK.length), 10)
}

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const OUTPUT_KEPT = 100_000
/** After a signal: what has not ended by then is killed. */
const GRACE_MS = 5_000
/** npm first waits for its downloads, for 10 s and more. */
const CAPTURED_GRACE_MS = 2_000
const POLL_MS = 20

/**
 * Runs a program on this terminal and resolves with its exit code; 128 and the signal's number when
 * a signal ended it. Signals that reach us go on to the program. From a terminal's Ctrl-C it has
 * them twice.
 */
export function run(command, args, { env } = {}) {
  return start(command, args, { env, stdio: 'inherit' }).then(({ code }) => code)
}

/**
 * As `run`, for tools that start others and may not pass signals on (npm, apt-get): they get a
 * process group of their own, and a signal goes to all of it. Not for what reads the terminal.
 * Where a signal reached us the exit code says so, whatever the tool made of it.
 */
export function runGroup(command, args, { env } = {}) {
  return start(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'], group: true }).then(
    ({ code }) => code,
  )
}

/**
 * Runs a program quietly, as `runGroup` does; resolves with its exit code and what it printed.
 * What does not end soon after a signal is killed: only for what may be cut short anywhere. With
 * `shielded` a signal that reaches us does not go on to it: the program finishes first.
 */
export function capture(command, args, { env, shielded = false } = {}) {
  return start(command, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    group: true,
    shielded,
    graceMs: CAPTURED_GRACE_MS,
  })
}

function start(command, args, options) {
  const { env, stdio, group = false, shielded = false, graceMs = GRACE_MS } = options
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio, env: { ...process.env, ...env }, detached: group })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_KEPT)
    }
    child.stdout?.setEncoding('utf8').on('data', keep)
    child.stderr?.setEncoding('utf8').on('data', keep)
    let signalled
    let groupGone
    const forward = (signal) => {
      signalled ??= signal
      if (shielded) return
      if (group) groupGone ??= endGroup(child.pid, signal, graceMs)
      else child.kill(signal)
    }
    for (const signal of SIGNALS) process.on(signal, forward)
    const end = async (code) => {
      await groupGone
      for (const signal of SIGNALS) process.off(signal, forward)
      // A tool may take a signal for a good end; what was to come after it shall not come.
      resolve({ code: groupGone === undefined ? code : exitCodeOf(signalled), output, signalled })
    }
    child.once('error', (error) => {
      if (stdio === 'inherit') console.error(`${command}: ${error.message}`)
      keep(error.message)
      void end(127)
    })
    child.once('exit', (code, signal) => void end(code ?? exitCodeOf(signal)))
  })
}

/** As shells tell it. */
export function exitCodeOf(signal) {
  return 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)
}

/** Resolves when no process of the group is left: its leader may end before the others. */
async function endGroup(leader, signal, graceMs) {
  if (leader === undefined) return
  const deadline = performance.now() + graceMs
  signalGroup(leader, signal)
  while (groupRuns(leader)) {
    await sleep(POLL_MS)
    if (performance.now() > deadline) signalGroup(leader, 'SIGKILL')
  }
}

function signalGroup(leader, signal) {
  try {
    process.kill(-leader, signal)
  } catch {
    // All of it has ended.
  }
}

/** By the states and groups of proc(5): a zombie, which takes every signal, has ended. */
function groupRuns(leader) {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(group) === leader && state !== 'Z' && state !== 'X'
    } catch {
      return false
    }
  })
}

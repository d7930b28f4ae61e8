import { ENGINE_PATH } from '../../shared/run-program.ts'

/**
 * What `sh` does before it becomes nginx (the same process, so signals reach nginx). Its arguments:
 * the control socket, the pid file, and then nginx's own.
 *
 * - Makes the folder of the control socket, for nobody else to enter.
 * - Raises the limit of open files to the hard limit: a service manager's soft one is often 1,024.
 * - Removes the control socket of an nginx that died without doing so. nginx itself would refuse to
 *   start: "bind() to unix:… failed (98: Address already in use)".
 * - Tells workers to quit whose master died alone (SIGKILL, out of memory). They would go on serving,
 *   never reload, and hold the listeners that the new nginx needs. They are nginx processes in the
 *   process group of the master that the pid file names, which is dead; the kernel gives its id to
 *   nobody while the group lives, so they can be nobody else's. They finish what they have.
 */
const SCRIPT = `
PATH="$PATH:${ENGINE_PATH}"
ulimit -n "$(ulimit -H -n)" || true
if read -r master < "$2" && [ ! -d "/proc/$master" ]; then
  for stat in /proc/[0-9]*/stat; do
    read -r pid name state parent group rest < "$stat" || continue
    if [ "$name" = "(nginx)" ] && [ "$group" = "$master" ]; then kill -s QUIT "$pid"; fi
  done
fi 2> /dev/null
mkdir -p -m 700 -- "\${1%/*}"
rm -f -- "$1"
shift 2
exec nginx "$@"
`

/** Arguments of `/bin/sh` that start nginx. */
export function startArguments(
  files: { readonly controlSocket: string; readonly pidFile: string },
  nginxArguments: readonly string[],
): readonly string[] {
  return ['-c', SCRIPT.trim(), 'nginx', files.controlSocket, files.pidFile, ...nginxArguments]
}

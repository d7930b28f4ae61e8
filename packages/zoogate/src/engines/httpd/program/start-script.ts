import { ENGINE_PATH } from '../../shared/run-program.ts'
import type { HttpdFiles } from '../render/files.ts'
import { SECRET_VARIABLE } from '../render/files.ts'
import { SESSIONS_ENDING } from '../render/source-sessions.ts'

/**
 * What `sh` does before it becomes httpd (the same process, so signals reach httpd). Its arguments: the
 * secret's file, the pid file, the folder of the runtime files, the beginning of their copies' names, the workers' group where it is another one, and then httpd's own.
 *
 * - Raises the limit of open files to the hard limit: a service manager's soft one is often 1,024.
 * - Makes the secret by which the control listener knows the agent, where there is none yet.
 * - Copies what the workers read: see `files.ts`. What they write themselves (`source-sessions.ts`) stays.
 * - Ends workers whose parent died alone (SIGKILL, out of memory), and who obey no other signal. They would go on serving,
 *   never reload, and hold the listeners that the new httpd needs. They are httpd processes in the
 *   process group of the parent that the pid file names, which is dead; the kernel gives its id to
 *   nobody while the group lives, so they can be nobody else's.
 */
const SCRIPT = `
PATH="$PATH:${ENGINE_PATH}"
ulimit -n "$(ulimit -H -n)" || true
if [ ! -s "$1" ]; then
  (umask 077 && printf 'Define ${SECRET_VARIABLE} %s\\n' "$(od -An -N16 -tx1 /dev/urandom | tr -d ' \\n')" > "$1.new")
  mv -f -- "$1.new" "$1"
fi
for file in "$3"/*; do
  copy="$4\${file##*/}"
  case "$copy" in
    *${SESSIONS_ENDING})
      [ -e "$copy" ] || : > "$copy"
      [ -z "$5" ] || chgrp -- "$5" "$copy"
      chmod 660 "$copy" ;;
    *) cp -- "$file" "$copy" && chmod 644 "$copy" ;;
  esac
done
if read -r parent < "$2" && [ ! -d "/proc/$parent" ]; then
  for stat in /proc/[0-9]*/stat; do
    read -r pid name state above group rest < "$stat" || continue
    if [ "$name" = "(apache2)" ] && [ "$group" = "$parent" ]; then kill -s KILL "$pid"; fi
  done
fi 2> /dev/null
rm -f -- "$2"
shift 5
exec apache2 "$@"
`

/** Arguments of `/bin/sh` that start httpd. */
export function startArguments(
  files: Pick<HttpdFiles, 'secretFile' | 'pidFile'>,
  runtime: { readonly folder: string; readonly copies: string; readonly group?: string },
  httpdArguments: readonly string[],
): readonly string[] {
  const { secretFile, pidFile } = files
  return [
    ...['-c', SCRIPT.trim(), 'httpd', secretFile, pidFile, runtime.folder, runtime.copies],
    runtime.group ?? '',
    ...httpdArguments,
  ]
}

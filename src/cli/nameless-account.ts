import os from 'node:os';

const nameless = { username: '', uid: -1, gid: -1, shell: '/bin/sh', homedir: '/nonexistent' };

/**
 * Lets the program run as an account without an entry in /etc/passwd, as a systemd DynamicUser without libnss-systemd and
 * a container's `--user 12345` are. Packages ask node:os for the home folder and the shell while they load, and end the
 * program where there is no answer: here they get one. The folder is not there, so nothing is read from anybody else's.
 * Has to be called before oclif is loaded. (Setting HOME is not enough: Bun asks the system.)
 */
export function answerForNamelessAccount(): void {
  if (!answers(os.homedir)) Object.assign(os, { homedir: () => nameless.homedir });
  if (!answers(os.userInfo)) Object.assign(os, { userInfo: () => nameless });
}

function answers(question: () => unknown): boolean {
  try {
    question();
    return true;
  } catch {
    return false;
  }
}
